//! The roles of F-56 and what each may do: the one table. Pure.

/// What an operator does in the town.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Calls residents back.
    Agent,
    /// Answers for the desk: takes over, decides on plans, reads safeguarding reports and figures.
    Supervisor,
    /// Knows the volunteers.
    Referent,
    /// Keeps accounts and the line.
    Administrator,
    /// The town's data protection officer: reads the journal, erases.
    DataOfficer,
}

/// What a page or an act asks of whoever is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    /// Her own account: sessions, password, second factor.
    Own,
    /// Work the queue and the requests.
    Work,
    /// Take a callback over from a colleague, close what may not be closed by itself, undo a merge.
    Supervise,
    /// Read safeguarding reports (F-53).
    Safeguard,
    /// See the figures (F-51).
    Figures,
    /// Make callers' plans (F-23).
    Plans,
    /// Change the line: hours, messages, numbers, scripts.
    Line,
    /// Make, change and disable accounts.
    Accounts,
    /// Read the journal.
    Journal,
    /// See and try again jobs that failed.
    Jobs,
}

impl Right {
    /// Every right.
    pub const ALL: [Self; 10] = [
        Self::Own,
        Self::Work,
        Self::Supervise,
        Self::Safeguard,
        Self::Figures,
        Self::Plans,
        Self::Line,
        Self::Accounts,
        Self::Journal,
        Self::Jobs,
    ];
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] = [Self::Agent, Self::Supervisor, Self::Referent, Self::Administrator, Self::DataOfficer];

    /// The word that the database and the commands use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Supervisor => "superviseur",
            Self::Referent => "referent",
            Self::Administrator => "administrateur",
            Self::DataOfficer => "dpo",
        }
    }

    /// The role of that word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Supervisor => "superviseur",
            Self::Referent => "référent bénévoles",
            Self::Administrator => "administrateur",
            Self::DataOfficer => "délégué à la protection des données",
        }
    }

    /// The one table of what each role may do. An administrator does not read what residents said: she keeps the
    /// service running.
    pub fn may(self, right: Right) -> bool {
        match right {
            Right::Own => true,
            Right::Work => matches!(self, Self::Agent | Self::Supervisor | Self::Referent),
            Right::Supervise | Right::Safeguard | Right::Plans => self == Self::Supervisor,
            Right::Figures => matches!(self, Self::Supervisor | Self::Administrator | Self::DataOfficer),
            Right::Line => matches!(self, Self::Supervisor | Self::Administrator),
            Right::Accounts | Right::Jobs => self == Self::Administrator,
            Right::Journal => matches!(self, Self::Administrator | Self::DataOfficer),
        }
    }
}

/// Roles as a row holds them.
pub(super) fn words(roles: &[Role]) -> String {
    roles.iter().map(|role| role.word()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_has_a_word_and_its_own_account() {
        for role in Role::ALL {
            assert_eq!(Role::of_word(role.word()), Some(role));
            assert!(role.may(Right::Own));
        }
        assert_eq!(Role::of_word("root"), None);
    }

    #[test]
    fn every_right_is_held_by_somebody_and_no_role_holds_them_all() {
        for right in Right::ALL {
            assert!(Role::ALL.into_iter().any(|role| role.may(right)), "{right:?}");
        }
        for role in Role::ALL {
            assert!(!Right::ALL.into_iter().all(|right| role.may(right)), "{role:?}");
        }
    }

    #[test]
    fn who_keeps_accounts_does_not_read_what_residents_said() {
        assert!(!Role::Administrator.may(Right::Work) && !Role::DataOfficer.may(Right::Work));
    }
}
