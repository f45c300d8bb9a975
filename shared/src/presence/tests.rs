use super::*;
use crate::identity::PersonKey;
use crate::properties;
use proptest::prelude::*;

fn presence() -> Presence {
    Presence {
        person: PersonKey::from_seed(&[3; 32]).person(),
        face: Face {
            name: "Noëlla".to_owned(),
            picture: 2,
            colour: 5,
        },
        section: Some(Section::Tasks),
        caret: Some(42),
        leaving: false,
    }
}

fn any_presence() -> impl Strategy<Value = Presence> {
    let section = prop::option::of(prop::sample::select(Section::ALL.to_vec()));
    (
        any::<[u8; 32]>(),
        ".{0,32}",
        any::<(u8, u8)>(),
        section,
        any::<Option<u32>>(),
        any::<bool>(),
    )
        .prop_map(
            |(seed, name, (picture, colour), section, caret, leaving)| Presence {
                person: PersonKey::from_seed(&seed).person(),
                face: Face {
                    name,
                    picture,
                    colour,
                },
                section,
                caret,
                leaving,
            },
        )
}

proptest! {
    #![proptest_config(properties::cases(256))]

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn a_presence_survives_its_payload(presence in any_presence()) {
        let bytes = presence.encode();
        prop_assert!(bytes.len() <= PRESENCE_BYTES);
        prop_assert_eq!(Presence::decode(&bytes), Ok(presence));
    }

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn any_bytes_are_a_presence_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = Presence::decode(&bytes);
        let _ = Face::decode(&bytes);
    }

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn a_damaged_presence_is_read_or_refused(at in 0usize..200, byte in any::<u8>(), end in 0usize..200) {
        let mut bytes = presence().encode();
        if let Some(damaged) = bytes.get_mut(at) {
            *damaged = byte;
        }
        bytes.truncate(end);
        if let Ok(read) = Presence::decode(&bytes) {
            prop_assert!(read.face.name.len() <= NAME_BYTES);
        }
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_face_survives_the_phone() {
    let face = presence().face;
    assert_eq!(Face::decode(&face.encode()), Ok(face));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_name_is_cut_between_two_characters() {
    let mut long = presence();
    // 127 bytes, then a character of two bytes that does not fit.
    long.face.name = format!("{}é suite", "a".repeat(NAME_BYTES - 1));
    let read = Presence::decode(&long.encode()).unwrap();
    assert_eq!(read.face.name, "a".repeat(NAME_BYTES - 1));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_later_version_may_say_more() {
    let mut encoder = Encoder::new(Vec::new());
    encoder.map(3).unwrap();
    encoder
        .str("mood")
        .unwrap()
        .array(2)
        .unwrap()
        .u8(1)
        .unwrap()
        .null()
        .unwrap();
    encoder
        .str("person")
        .unwrap()
        .str(&presence().person.to_string())
        .unwrap();
    encoder
        .str("section")
        .unwrap()
        .str("a section of next year")
        .unwrap();
    let read = Presence::decode(&encoder.into_writer()).unwrap();
    assert_eq!(read.person, presence().person);
    assert_eq!(read.section, None);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn the_message_of_another_program_is_refused() {
    let mut encoder = Encoder::new(Vec::new());
    encoder
        .map(1)
        .unwrap()
        .str("cursor")
        .unwrap()
        .u8(3)
        .unwrap();
    assert_eq!(Presence::decode(&encoder.into_writer()), Err(BadPresence));
    assert_eq!(
        Presence::decode(&vec![0; PRESENCE_BYTES + 1]),
        Err(BadPresence)
    );
}
