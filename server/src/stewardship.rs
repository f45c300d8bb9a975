//! What whoever works on the relay's own machine does about who may come in: the first invitation above all.
//!
//! As with the store ([`crate::upkeep`]), a running relay does it itself when there is one.

use crate::access::{self, Registry};
use crate::store::SledStore;
#[cfg(unix)]
use crate::upkeep::control;
use crate::upkeep::{Report, UpkeepError};
use maillage_shared::command::{Command, CommandError, Context, TerritoryCommand};
use maillage_shared::doc::{Document, Kind};
use maillage_shared::id::DocumentId;
use maillage_shared::identity::{PersonId, PersonKey, Role, Roles};
use maillage_shared::records::{needs, territory};
use maillage_shared::roster::{Answer, Denied, Request};
use maillage_shared::snapshot::IndexEntry;
use maillage_shared::store::{Store, StoreError, StoredChange};
use minicbor::{Decode, Encode};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

/// Something to be done about who may come in.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Order {
    /// In which territory; not needed where the relay has only one.
    #[n(0)]
    pub space: Option<DocumentId>,
    /// What.
    #[n(1)]
    pub deed: Deed,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Deed {
    /// Make an invitation. Where the relay has no territory yet, this begins one.
    #[n(0)]
    Invite {
        /// The word for the role it gives.
        #[n(0)]
        role: String,
        /// How many may use it.
        #[n(1)]
        uses: u32,
        /// For how many days.
        #[n(2)]
        days: u32,
        /// Whether a code to be spoken is wanted too.
        #[n(3)]
        code: bool,
        /// The name of the territory that this begins.
        #[n(4)]
        name: Option<String>,
    },
    /// Write a table of everyone.
    #[n(1)]
    Members,
    /// Take all roles from someone, or have nothing left of them.
    #[n(2)]
    Revoke {
        /// Their number.
        #[n(0)]
        number: u32,
        /// Whether nothing but their keys is to be left.
        #[n(1)]
        erase: bool,
    },
    /// Let a program of another make connect.
    #[n(3)]
    Ticket {
        /// The word for its role.
        #[n(0)]
        role: String,
        /// What it is for.
        #[n(1)]
        label: String,
        /// For how many days.
        #[n(2)]
        days: u32,
    },
    /// Erase a whole document.
    #[n(20)]
    Erase {
        /// Which one.
        #[n(0)]
        document: DocumentId,
    },
    /// End an invitation or a ticket.
    #[n(4)]
    Withdraw {
        /// Its number.
        #[n(0)]
        number: u32,
    },
}

impl Order {
    /// Does it with the records in a folder, or has the relay do it that runs there. What is asked for is written to `output`, a line each.
    pub fn perform(&self, data: &Path, output: &mut dyn Write) -> Result<Report, UpkeepError> {
        match SledStore::open(data) {
            #[cfg(unix)]
            Err(StoreError::Locked) => control::ask(data, &self.words(), output),
            opened => {
                // Nobody else may touch the folder meanwhile.
                let store = Arc::new(opened?);
                let registry = Registry::open(data)?;
                registry.look_into(Arc::clone(&store) as Arc<dyn Store>);
                let report = self.carry_out(&registry, &*store, output)?;
                // No relay runs that would do it.
                registry.sweep(&*store)?;
                Ok(report)
            }
        }
    }

    /// What the control socket is told.
    fn words(&self) -> String {
        // Writing to a Vec cannot fail.
        let bytes = minicbor::to_vec(self).unwrap_or_default();
        format!("{WORD}{}", hex::encode(bytes))
    }

    /// Reads what [`Order::words`] gave.
    pub(crate) fn read(words: &str) -> Option<Self> {
        let bytes = hex::decode(words.strip_prefix(WORD)?).ok()?;
        minicbor::decode(&bytes).ok()
    }

    /// Does it.
    pub fn carry_out(
        &self,
        registry: &Registry,
        store: &dyn Store,
        output: &mut dyn Write,
    ) -> Result<Report, UpkeepError> {
        let space = self.place(registry, store)?;
        let request = match &self.deed {
            Deed::Members => return members(registry, space, output),
            Deed::Invite {
                role,
                uses,
                days,
                code,
                ..
            } => Request::Invite {
                space,
                role: known(role)?,
                uses: *uses,
                minutes: days.saturating_mul(24 * 60),
                partner: None,
                code: *code,
                meeting: None,
            },
            Deed::Revoke { number, erase } => revoke(registry, space, *number, *erase)?,
            Deed::Ticket { role, label, days } => Request::Ticket {
                space,
                role: known(role)?,
                label: label.clone(),
                days: *days,
            },
            Deed::Erase { document } => Request::EraseDocument {
                space,
                document: *document,
            },
            Deed::Withdraw { number } => Request::Withdraw {
                space,
                number: *number,
            },
        };
        let answer = registry
            .operate(&request, random()?)
            .map_err(|denied| refused(&denied.to_string()))?;
        match (answer, &self.deed) {
            (Answer::Invited { number, link, .. }, Deed::Ticket { .. }) => {
                writeln!(output, "/sync?ticket={link}")?;
                Ok(done(format!("Ticket {number} for territory {space}.")))
            }
            (Answer::Invited { number, link, code }, _) => {
                if let Some(code) = code {
                    writeln!(output, "{code}")?;
                }
                writeln!(output, "/#/rejoindre/{link}")?;
                Ok(done(format!("Invitation {number} to territory {space}.")))
            }
            _ => Ok(done("It is done.".to_owned())),
        }
    }

    /// The territory that is meant, begun if it is new.
    fn place(&self, registry: &Registry, store: &dyn Store) -> Result<DocumentId, UpkeepError> {
        let name = match &self.deed {
            Deed::Invite { name, .. } => name.as_deref(),
            _ => None,
        };
        let is_invitation = matches!(self.deed, Deed::Invite { .. });
        if let Some(space) = self.space {
            // One that has no record yet: the demonstration, or one whose documents phones will bring.
            if is_invitation {
                registry.found(space)?;
            }
            return Ok(space);
        }
        match (&registry.spaces()[..], name) {
            (_, Some(name)) => begin(registry, store, name),
            ([only], None) => Ok(*only),
            ([], None) => Err(refused(
                "there is no territory yet: `maillage invite --name \"…\"` begins one",
            )),
            (several, None) => {
                let names: Vec<String> = several.iter().map(ToString::to_string).collect();
                let names = names.join(", ");
                Err(refused(&format!(
                    "there are several territories, name one with --space: {names}"
                )))
            }
        }
    }
}

/// How an order begins on the control socket.
const WORD: &str = "access ";

/// Begins a territory: its document, its needs, and its record.
fn begin(registry: &Registry, store: &dyn Store, name: &str) -> Result<DocumentId, UpkeepError> {
    let failed = |error: CommandError| refused(&error.to_string());
    let space = DocumentId::from_entropy(random()?);
    let needs = DocumentId::from_entropy(random()?);
    let now = access::now();
    // Under a key that nobody keeps: whoever follows the invitation comes later.
    let actor = PersonKey::from_seed(&random()?).person().actor(random()?);
    let (mut territory, _) = territory::birth(space, name, actor.clone(), now).map_err(failed)?;
    let (listed, _) = needs::birth(space, actor, now).map_err(failed)?;
    let entry = TerritoryCommand::PutIndexEntry(IndexEntry {
        id: needs,
        kind: Kind::Needs,
        title: String::new(),
        trade: None,
        state: None,
    });
    let context = Context {
        now,
        entropy: random()?,
    };
    Command::from(entry)
        .apply(&mut territory, &context)
        .map_err(failed)?;
    let stored = |document: &Document| document.changes().iter().map(StoredChange::from).collect();
    store.append(&[(needs, stored(&listed)), (space, stored(&territory))])?;
    registry.found(space)?;
    Ok(space)
}

fn random<const LENGTH: usize>() -> Result<[u8; LENGTH], UpkeepError> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes).map_err(|error| StoreError::Io(error.to_string()))?;
    Ok(bytes)
}

fn done(sentence: String) -> Report {
    Report {
        sentence,
        is_well: true,
    }
}

fn refused(why: &str) -> UpkeepError {
    UpkeepError::Access(why.to_owned())
}

fn known(role: &str) -> Result<String, UpkeepError> {
    let roles = Role::ALL.map(Role::code);
    if roles.contains(&role) {
        return Ok(role.to_owned());
    }
    Err(refused(&format!(
        "there is no role {role:?}, but {}",
        roles.join(", ")
    )))
}

fn revoke(
    registry: &Registry,
    space: DocumentId,
    number: u32,
    erase: bool,
) -> Result<Request, UpkeepError> {
    let members = registry
        .look(space)
        .ok_or_else(|| refused(&Denied::Unknown.to_string()))?;
    let person: PersonId = members
        .people
        .iter()
        .find(|card| card.number == number)
        .ok_or_else(|| refused("nobody has this number"))?
        .person;
    Ok(if erase {
        Request::Erase { space, person }
    } else {
        Request::Become {
            space,
            person,
            roles: Roles::NONE,
            partner: None,
        }
    })
}

fn members(
    registry: &Registry,
    space: DocumentId,
    output: &mut dyn Write,
) -> Result<Report, UpkeepError> {
    let members = registry
        .look(space)
        .ok_or_else(|| refused(&Denied::Unknown.to_string()))?;
    for card in &members.people {
        let roles: Vec<&str> = card.roles.iter().map(Role::code).collect();
        let roles = match roles[..] {
            [] => "removed".to_owned(),
            _ => roles.join("+"),
        };
        let name = card.face.as_ref().map_or("(erased)", |face| &face.name);
        // What people call themselves must not move the cursor of whoever reads the table.
        let name: String = name.chars().filter(|letter| !letter.is_control()).collect();
        writeln!(output, "{}\t{}\t{roles}\t{name}", card.number, card.person)?;
    }
    let count = members.people.len();
    Ok(done(format!("{count} people in territory {space}.")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use maillage_shared::ActorId;
    use maillage_shared::change::ChangeRecord;
    use maillage_shared::snapshot::TerritorySnapshot;

    fn order(deed: Deed) -> Order {
        Order { space: None, deed }
    }

    fn invite(role: &str, name: Option<&str>) -> Order {
        order(Deed::Invite {
            role: role.to_owned(),
            uses: 1,
            days: 7,
            code: true,
            name: name.map(str::to_owned),
        })
    }

    fn carried_out(order: &Order, data: &Path) -> Result<String, String> {
        let mut output = Vec::new();
        let result = order.perform(data, &mut output);
        result.map_err(|error| error.to_string())?;
        Ok(String::from_utf8(output).unwrap())
    }

    #[test]
    fn the_first_invitation_begins_a_territory_and_the_next_one_leads_there_too() {
        let data = tempfile::tempdir().unwrap();
        for early in [order(Deed::Members), invite("team", None)] {
            let none = carried_out(&early, data.path()).unwrap_err();
            assert!(none.contains("maillage invite --name"), "{none}");
        }
        let lines = carried_out(&invite("team", Some("Droixhe")), data.path()).unwrap();
        assert_eq!(lines.lines().count(), 2);
        assert!(lines.lines().last().unwrap().starts_with("/#/rejoindre/"));
        carried_out(&invite("guest", None), data.path()).unwrap();
        let [space] = Registry::open(data.path()).unwrap().spaces()[..] else {
            panic!("not one territory");
        };
        let store = SledStore::open(data.path()).unwrap();
        assert_eq!(store.list().unwrap().len(), 2);
        let stored = store.load(space).unwrap().unwrap();
        let records: Vec<_> = stored
            .iter()
            .map(|change| ChangeRecord::parse(&change.bytes).unwrap())
            .collect();
        let document = Document::from_changes(&records, ActorId::from([1])).unwrap();
        let snapshot = TerritorySnapshot::read(&document);
        assert_eq!(snapshot.name.value(), Some(&"Droixhe".to_owned()));
    }

    #[test]
    fn a_second_territory_is_begun_by_its_name_and_then_one_has_to_say_which() {
        let data = tempfile::tempdir().unwrap();
        carried_out(&invite("team", Some("Droixhe")), data.path()).unwrap();
        carried_out(&invite("team", Some("Sclessin")), data.path()).unwrap();
        let told = carried_out(&invite("guest", None), data.path()).unwrap_err();
        assert!(told.contains("--space"), "{told}");
    }

    #[test]
    fn a_role_that_is_none_is_told_with_those_there_are() {
        let data = tempfile::tempdir().unwrap();
        let told = carried_out(&invite("king", Some("Droixhe")), data.path()).unwrap_err();
        assert!(told.contains("facilitator"), "{told}");
    }

    #[test]
    fn an_order_survives_the_control_socket() {
        let order = invite("team", None);
        assert_eq!(Order::read(&order.words()), Some(order));
        assert_eq!(Order::read("access zz"), None);
        assert_eq!(Order::read("check"), None);
    }
}
