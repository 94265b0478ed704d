//! Who may be asked at all, and otherwise why not: agents see it as « pourquoi pas ».
//!
//! Whoever is refused is refused whatever the ranking says. The first refusals are the ones that nothing lifts: STOP comes
//! before all, then the vetting, without which nobody ever gets an offer (F-07).

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::pace::Caps;

/// What is known about a volunteer, seen from one request at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Whether she may be written to at all.
    pub contact: Contact,
    /// What a referent has seen (F-07).
    pub vetting: Vetting,
    /// Whether she can do what is asked.
    pub skill: Skill,
    /// Whether they have a language in common.
    pub speaks: bool,
    /// Whether she is available when help is needed.
    pub free: bool,
    /// What she has in hand.
    pub hands: Hands,
    /// Whether this request was offered to her before: never twice.
    pub asked_before: bool,
    /// Offers of the last 24 hours, seven and thirty days.
    pub offers: Caps,
    /// How far she is, by [`rank::distance`](super::rank::distance).
    pub metres: u32,
}

/// Whether somebody may be written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contact {
    /// She may.
    Open,
    /// PAUSE until then.
    Paused(Timestamp),
    /// Put aside by the town after an incident (F-67b).
    Suspended,
    /// STOP (F-58).
    Stopped,
}

/// What a referent has recorded: identity seen and charter accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vetting {
    /// Nothing yet.
    Missing,
    /// Valid until then.
    Until(Timestamp),
    /// Valid without an end.
    Lasting,
}

/// Whether she can do what is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skill {
    /// She can.
    Has,
    /// She did not offer it.
    Lacks,
    /// Its own paper has expired (F-67).
    Expired,
}

/// What a volunteer has in hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hands {
    /// Nothing.
    Empty,
    /// An offer that is still open: one at a time.
    Offer,
    /// A mission that she has accepted and not finished.
    Mission,
}

/// Why somebody is not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// STOP.
    Stopped,
    /// Put aside by the town.
    Suspended,
    /// PAUSE.
    Paused,
    /// Nobody has seen her papers.
    NotVetted,
    /// Somebody has, too long ago.
    VettingExpired,
    /// She did not offer this.
    NoSkill,
    /// Its paper has expired.
    SkillExpired,
    /// No language in common.
    NoLanguage,
    /// Further than the radius.
    TooFar,
    /// Not available then.
    NotAvailable,
    /// Asked for this request already.
    AskedBefore,
    /// Answering another offer.
    HasOffer,
    /// On a mission.
    OnMission,
    /// Asked too often in a day.
    DayFull,
    /// Asked too often in seven days.
    WeekFull,
    /// Asked too often in thirty days.
    MonthFull,
}

impl Standing {
    /// Whether she may be asked; the first reason why not.
    pub fn suitable(&self, caps: &Caps, radius_m: u32, now: Timestamp) -> Result<(), Refusal> {
        self.lasting(now).or(self.unfit(radius_m)).or(self.passing(caps)).map_or(Ok(()), Err)
    }

    /// What only she or the town can lift.
    fn lasting(&self, now: Timestamp) -> Option<Refusal> {
        let contact = match self.contact {
            Contact::Stopped => Some(Refusal::Stopped),
            Contact::Suspended => Some(Refusal::Suspended),
            Contact::Paused(until) if now < until => Some(Refusal::Paused),
            Contact::Paused(_) | Contact::Open => None,
        };
        contact.or(match self.vetting {
            Vetting::Missing => Some(Refusal::NotVetted),
            Vetting::Until(end) if end <= now => Some(Refusal::VettingExpired),
            Vetting::Until(_) | Vetting::Lasting => None,
        })
    }

    /// What makes her the wrong one for this request.
    fn unfit(&self, radius_m: u32) -> Option<Refusal> {
        match self.skill {
            Skill::Lacks => return Some(Refusal::NoSkill),
            Skill::Expired => return Some(Refusal::SkillExpired),
            Skill::Has => {}
        }
        if !self.speaks {
            return Some(Refusal::NoLanguage);
        }
        (self.metres > radius_m).then_some(Refusal::TooFar)
    }

    /// What will be otherwise another time.
    fn passing(&self, caps: &Caps) -> Option<Refusal> {
        let reasons = [
            (!self.free, Refusal::NotAvailable),
            (self.asked_before, Refusal::AskedBefore),
            (self.hands == Hands::Mission, Refusal::OnMission),
            (self.hands == Hands::Offer, Refusal::HasOffer),
            (self.offers.day >= caps.day, Refusal::DayFull),
            (self.offers.week >= caps.week, Refusal::WeekFull),
            (self.offers.month >= caps.month, Refusal::MonthFull),
        ];
        reasons.into_iter().find(|(holds, _)| *holds).map(|(_, reason)| reason)
    }
}

impl Refusal {
    /// Every reason, in the order in which they are looked for.
    pub const ALL: [Self; 16] = [
        Self::Stopped,
        Self::Suspended,
        Self::Paused,
        Self::NotVetted,
        Self::VettingExpired,
        Self::NoSkill,
        Self::SkillExpired,
        Self::NoLanguage,
        Self::TooFar,
        Self::NotAvailable,
        Self::AskedBefore,
        Self::OnMission,
        Self::HasOffer,
        Self::DayFull,
        Self::WeekFull,
        Self::MonthFull,
    ];
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Stopped => "ne veut plus rien recevoir (STOP)",
            Self::Suspended => "mis de côté par la ville",
            Self::Paused => "en pause",
            Self::NotVetted => "identité ou charte pas encore vues",
            Self::VettingExpired => "vérification à refaire",
            Self::NoSkill => "ne propose pas cette aide",
            Self::SkillExpired => "papier périmé pour cette aide",
            Self::NoLanguage => "pas de langue commune",
            Self::TooFar => "trop loin",
            Self::NotAvailable => "pas disponible à ce moment",
            Self::AskedBefore => "demande déjà proposée",
            Self::HasOffer => "une autre demande attend sa réponse",
            Self::OnMission => "aide déjà quelqu'un",
            Self::DayFull => "assez de demandes aujourd'hui",
            Self::WeekFull => "assez de demandes cette semaine",
            Self::MonthFull => "assez de demandes ce mois-ci",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::SignedDuration;
    use proptest::prelude::*;

    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;
    const CAPS: Caps = Caps { day: 2, week: 4, month: 10 };

    fn willing() -> Standing {
        Standing {
            contact: Contact::Open,
            vetting: Vetting::Lasting,
            skill: Skill::Has,
            speaks: true,
            free: true,
            hands: Hands::Empty,
            asked_before: false,
            offers: Caps { day: 0, week: 0, month: 0 },
            metres: 240,
        }
    }

    fn refused(standing: Standing) -> Option<Refusal> {
        standing.suitable(&CAPS, 1_000, NOW).err()
    }

    #[test]
    fn each_reason_keeps_somebody_from_being_asked() {
        let offers = |day, week, month| Caps { day, week, month };
        let hour = SignedDuration::from_hours(1);
        let cases = [
            (Refusal::Stopped, Standing { contact: Contact::Stopped, ..willing() }),
            (Refusal::Suspended, Standing { contact: Contact::Suspended, ..willing() }),
            (Refusal::Paused, Standing { contact: Contact::Paused(NOW + hour), ..willing() }),
            (Refusal::NotVetted, Standing { vetting: Vetting::Missing, ..willing() }),
            (Refusal::VettingExpired, Standing { vetting: Vetting::Until(NOW), ..willing() }),
            (Refusal::NoSkill, Standing { skill: Skill::Lacks, ..willing() }),
            (Refusal::SkillExpired, Standing { skill: Skill::Expired, ..willing() }),
            (Refusal::NoLanguage, Standing { speaks: false, ..willing() }),
            (Refusal::TooFar, Standing { metres: 1_001, ..willing() }),
            (Refusal::NotAvailable, Standing { free: false, ..willing() }),
            (Refusal::AskedBefore, Standing { asked_before: true, ..willing() }),
            (Refusal::OnMission, Standing { hands: Hands::Mission, ..willing() }),
            (Refusal::HasOffer, Standing { hands: Hands::Offer, ..willing() }),
            (Refusal::DayFull, Standing { offers: offers(2, 2, 2), ..willing() }),
            (Refusal::WeekFull, Standing { offers: offers(0, 4, 4), ..willing() }),
            (Refusal::MonthFull, Standing { offers: offers(0, 0, 10), ..willing() }),
        ];
        for (reason, standing) in cases {
            assert_eq!(refused(standing), Some(reason));
        }
        assert_eq!(cases.map(|(reason, _)| reason), Refusal::ALL);
        assert_eq!(refused(willing()), None);
    }

    #[test]
    fn a_pause_that_is_over_and_papers_still_valid_refuse_nobody() {
        let hour = SignedDuration::from_hours(1);
        let back = Standing { contact: Contact::Paused(NOW), vetting: Vetting::Until(NOW + hour), ..willing() };
        assert_eq!(refused(back), None);
    }

    #[test]
    fn each_reason_has_words_of_its_own() {
        let words: BTreeSet<_> = Refusal::ALL.iter().map(ToString::to_string).collect();
        assert_eq!(words.len(), Refusal::ALL.len());
    }

    prop_compose! {
        fn standings()(
            contact in prop_oneof![Just(Contact::Open), Just(Contact::Suspended), Just(Contact::Stopped)],
            vetting in prop_oneof![Just(Vetting::Missing), Just(Vetting::Until(NOW)), Just(Vetting::Lasting)],
            hands in prop_oneof![Just(Hands::Empty), Just(Hands::Offer), Just(Hands::Mission)],
            flags in any::<[bool; 4]>(),
            (day, week, month, metres) in (0_u32..4, 0_u32..6, 0_u32..12, 0_u32..2_000),
        ) -> Standing {
            let [skilled, speaks, free, asked_before] = flags;
            let skill = if skilled { Skill::Has } else { Skill::Lacks };
            let offers = Caps { day, week, month };
            Standing { contact, vetting, skill, speaks, free, hands, asked_before, offers, metres }
        }
    }

    proptest! {
        #[test]
        fn nobody_unsuitable_is_asked(one in standings()) {
            let fit = one.contact == Contact::Open && one.vetting == Vetting::Lasting && one.skill == Skill::Has
                && one.speaks && one.free && one.hands == Hands::Empty && !one.asked_before && one.metres <= 1_000
                && one.offers.day < 2 && one.offers.week < 4 && one.offers.month < 10;
            prop_assert_eq!(refused(one).is_none(), fit);
        }
    }
}
