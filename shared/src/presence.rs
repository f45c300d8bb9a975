//! Who is here, in which text and at which place: what phones tell each other about a document while it is open, and nobody keeps.
//!
//! A presence travels as the payload of an ephemeral message: a small CBOR map. It proves nothing about who sent it; it only lets
//! people see each other.

#[cfg(test)]
mod tests;

use crate::identity::PersonId;
use crate::records::Section;
use minicbor::data::Type;
use minicbor::{Decode, Decoder, Encode, Encoder};
use std::convert::Infallible;

/// The longest name, in bytes of UTF-8: room for the 40 UTF-16 units that the joining screen takes, in any script.
pub const NAME_BYTES: usize = 128;

/// The longest payload that is read, in bytes.
pub const PRESENCE_BYTES: usize = 512;

/// A person as the others see them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Face {
    /// A first name or another name; may be empty. At most [`NAME_BYTES`] travel.
    pub name: String,
    /// The position of the picture among those the joining screen offers.
    pub picture: u8,
    /// The position of the colour among those the joining screen offers.
    pub colour: u8,
}

/// Where someone is in one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presence {
    /// Who.
    pub person: PersonId,
    /// How they look.
    pub face: Face,
    /// The text they are in.
    pub section: Option<Section>,
    /// Their caret in that text, in UTF-16 units of the text as their phone has it.
    pub caret: Option<u32>,
    /// Whether they have just left the document.
    pub leaving: bool,
}

/// A payload that is not a presence: of another make of client, most often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a presence")]
pub struct BadPresence;

impl Face {
    /// The name as it travels: cut at [`NAME_BYTES`], between two characters.
    fn short_name(&self) -> &str {
        let end = (0..=NAME_BYTES.min(self.name.len()))
            .rev()
            .find(|end| self.name.is_char_boundary(*end));
        &self.name[..end.unwrap_or(0)]
    }

    /// Writes the three fields of a face, in that order, into a map that has room for them.
    fn write(&self, e: &mut Encoder<Vec<u8>>) -> Written {
        e.str("name")?.str(self.short_name())?;
        e.str("picture")?.u8(self.picture)?;
        e.str("colour")?.u8(self.colour)?;
        Ok(())
    }

    /// The bytes under which a phone remembers a face.
    pub fn encode(&self) -> Vec<u8> {
        let mut encoder = Encoder::new(Vec::new());
        let written = encoder
            .map(3)
            .map(|_| ())
            .and_then(|()| self.write(&mut encoder));
        // Writing to a Vec cannot fail.
        debug_assert!(written.is_ok());
        encoder.into_writer()
    }

    /// Reads what [`Face::encode`] wrote.
    pub fn decode(bytes: &[u8]) -> Result<Self, BadPresence> {
        Ok(Fields::read(bytes)?.face())
    }
}

impl<C> Encode<C> for Face {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.array(3)?.str(self.short_name())?;
        e.u8(self.picture)?.u8(self.colour)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Face {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        if d.array()? != Some(3) {
            return Err(minicbor::decode::Error::message("not a face"));
        }
        let face = Self {
            name: d.str()?.to_owned(),
            picture: d.u8()?,
            colour: d.u8()?,
        };
        Ok(Self {
            name: face.short_name().to_owned(),
            ..face
        })
    }
}

impl Presence {
    /// The payload of an ephemeral message.
    pub fn encode(&self) -> Vec<u8> {
        let mut encoder = Encoder::new(Vec::with_capacity(128));
        let written = self.write(&mut encoder);
        // Writing to a Vec cannot fail.
        debug_assert!(written.is_ok());
        encoder.into_writer()
    }

    fn write(&self, e: &mut Encoder<Vec<u8>>) -> Written {
        let pairs = 4
            + u64::from(self.section.is_some())
            + u64::from(self.caret.is_some())
            + u64::from(self.leaving);
        e.map(pairs)?.str("person")?.str(&self.person.to_string())?;
        self.face.write(e)?;
        if let Some(section) = self.section {
            e.str("section")?.str(section.code())?;
        }
        if let Some(caret) = self.caret {
            e.str("caret")?.u32(caret)?;
        }
        if self.leaving {
            e.str("leaving")?.bool(true)?;
        }
        Ok(())
    }

    /// Reads a payload from outside. Unknown keys are skipped, so that later versions may say more.
    pub fn decode(bytes: &[u8]) -> Result<Self, BadPresence> {
        let fields = Fields::read(bytes)?;
        Ok(Self {
            person: fields.person.and_then(PersonId::parse).ok_or(BadPresence)?,
            face: fields.face(),
            section: fields.section.and_then(Section::from_code),
            caret: fields.caret,
            leaving: fields.leaving,
        })
    }
}

type Written = Result<(), minicbor::encode::Error<Infallible>>;

/// What was found in a map, as far as it had the right type.
#[derive(Default)]
struct Fields<'b> {
    person: Option<&'b str>,
    name: Option<&'b str>,
    picture: Option<u8>,
    colour: Option<u8>,
    section: Option<&'b str>,
    caret: Option<u32>,
    leaving: bool,
}

impl<'b> Fields<'b> {
    fn read(bytes: &'b [u8]) -> Result<Self, BadPresence> {
        if bytes.len() > PRESENCE_BYTES {
            return Err(BadPresence);
        }
        let mut decoder = Decoder::new(bytes);
        let fields = Self::read_map(&mut decoder).map_err(|_| BadPresence)?;
        if decoder.position() == bytes.len() {
            Ok(fields)
        } else {
            Err(BadPresence)
        }
    }

    fn read_map(d: &mut Decoder<'b>) -> Result<Self, minicbor::decode::Error> {
        let mut fields = Self::default();
        let pairs = d
            .map()?
            .ok_or_else(|| minicbor::decode::Error::message("a map of no stated length"))?;
        for _ in 0..pairs {
            match d.str()? {
                "person" => fields.person = Some(d.str()?),
                "name" => fields.name = Some(d.str()?),
                "picture" => fields.picture = Some(d.u8()?),
                "colour" => fields.colour = Some(d.u8()?),
                "section" => fields.section = Some(d.str()?),
                "caret" => fields.caret = Some(d.u32()?),
                "leaving" if d.datatype()? == Type::Bool => fields.leaving = d.bool()?,
                _ => d.skip()?,
            }
        }
        Ok(fields)
    }

    fn face(&self) -> Face {
        let face = Face {
            name: self.name.unwrap_or_default().to_owned(),
            picture: self.picture.unwrap_or_default(),
            colour: self.colour.unwrap_or_default(),
        };
        // A name that is too long comes from another make of client: it is cut here as ours is when it leaves.
        Face {
            name: face.short_name().to_owned(),
            ..face
        }
    }
}
