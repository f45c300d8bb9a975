//! What people are in a territory.

use minicbor::{Decode, Decoder, Encode, Encoder};

/// What someone is in a territory. Several people have several roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Here for one meeting (`Invité`).
    Guest,
    /// Looks for a job (`Volontaire`).
    Volunteer,
    /// Speaks for an organisation (`Partenaire`).
    Partner,
    /// Leads meetings and helps others (`Animateur`).
    Facilitator,
    /// Looks after the territory (`Équipe projet`).
    Team,
    /// Decides (`Membre du comité local`).
    Committee,
    /// Goes part of the way with one volunteer (`Mentor`).
    Mentor,
    /// Pays, controls or watches (`Observateur`).
    Observer,
}

impl Role {
    /// All of them, in the order in which people see them.
    pub const ALL: [Self; 8] = [
        Self::Guest,
        Self::Volunteer,
        Self::Partner,
        Self::Facilitator,
        Self::Team,
        Self::Committee,
        Self::Mentor,
        Self::Observer,
    ];

    /// Its word on the command line and in logs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Guest => "guest",
            Self::Volunteer => "volunteer",
            Self::Partner => "partner",
            Self::Facilitator => "facilitator",
            Self::Team => "team",
            Self::Committee => "committee",
            Self::Mentor => "mentor",
            Self::Observer => "observer",
        }
    }

    /// The role of this word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }

    fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// The roles of one person; perhaps none. Those of a later version, which this one does not know, give no right but are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Roles(u16);

impl Roles {
    /// No role.
    pub const NONE: Self = Self(0);

    /// The same with one more.
    #[must_use]
    pub fn with(self, role: Role) -> Self {
        Self(self.0 | role.bit())
    }

    /// Whether this is one of them.
    pub fn contains(self, role: Role) -> bool {
        self.0 & role.bit() != 0
    }

    /// Those this version knows, in the order in which people see them.
    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL
            .into_iter()
            .filter(move |role| self.contains(*role))
    }

    /// Those in which one acts for others: all that is known of someone who left, so that what they stated can be judged.
    #[must_use]
    pub fn functions(self) -> Self {
        let acts = |role: &Role| {
            matches!(
                role,
                Role::Partner | Role::Facilitator | Role::Team | Role::Committee
            )
        };
        self.iter().filter(acts).collect()
    }

    /// Whether there is none that this version knows.
    pub fn is_empty(self) -> bool {
        self.iter().next().is_none()
    }
}

impl From<Role> for Roles {
    fn from(role: Role) -> Self {
        Self::NONE.with(role)
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<T: IntoIterator<Item = Role>>(roles: T) -> Self {
        roles.into_iter().fold(Self::NONE, Self::with)
    }
}

impl<C> Encode<C> for Roles {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.u16(self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Roles {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        d.u16().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn roles_are_those_that_were_given() {
        let roles: Roles = [Role::Team, Role::Committee].into_iter().collect();
        assert_eq!(
            roles.iter().collect::<Vec<_>>(),
            [Role::Team, Role::Committee]
        );
        assert!(Roles::NONE.is_empty() && !roles.is_empty());
        for role in Role::ALL {
            assert_eq!(Role::from_code(role.code()), Some(role));
        }
    }

    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    #[test]
    fn a_role_of_a_later_version_is_kept_and_gives_nothing() {
        let bytes = minicbor::to_vec(0x8000u16).unwrap();
        let roles: Roles = minicbor::decode(&bytes).unwrap();
        assert!(roles.is_empty());
        assert_eq!(
            minicbor::to_vec(roles.with(Role::Guest)).unwrap(),
            minicbor::to_vec(0x8001u16).unwrap()
        );
    }
}
