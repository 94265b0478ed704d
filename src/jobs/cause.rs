//! What a job was for and why it failed, in French. Pure.

/// What the worker and the use cases write as a cause, and what people read.
const CAUSES: [(&str, &str); 11] = [
    ("it took too long", "la tâche a duré trop longtemps"),
    ("lease lapsed", "le service s'est arrêté à chaque fois pendant cette tâche"),
    ("no such recording", "ce message n'est plus dans la base"),
    ("the line is not configured any more", "la ligne n'est plus dans les réglages"),
    (
        "no supervisor but the author could be told by a text",
        "aucun autre superviseur ne peut recevoir de SMS : le signalement attend sur leur écran",
    ),
    (
        "the answer to a text was lost",
        "l'opérateur téléphonique n'a pas répondu : personne ne sait si ce SMS est parti",
    ),
    ("too many texts to that number today", "ce numéro a déjà reçu le plus de SMS permis en un jour"),
    ("too many texts today", "la ligne a déjà envoyé le plus de SMS permis en un jour"),
    ("too many calls today", "la ligne a déjà passé le plus d'appels permis en un jour"),
    ("the spending of the day has reached its limit", "la dépense permise en un jour est atteinte"),
    ("the agent has no telephone any more", "l'agent n'a plus de téléphone dans son compte"),
];

/// What a row that this version cannot read says.
const UNREADABLE: &str = "a job of kind ";

/// Why a job failed, without its capital and its point. Providers' answers are in French already; of a database only the
/// first words are, what follows is for whoever installs.
pub fn told(cause: &str) -> String {
    if cause.starts_with(UNREADABLE) {
        return "cette tâche vient d'une autre version du service".to_owned();
    }
    let known = CAUSES.iter().find(|(written, _)| *written == cause);
    known.map_or_else(|| first(cause), |(_, told)| told).to_owned()
}

/// What stands before the first cause of the cause. French puts a space before its own colon.
fn first(cause: &str) -> &str {
    let end = cause.match_indices(": ").map(|(at, _)| at).find(|at| !cause[..*at].ends_with(' '));
    &cause[..end.unwrap_or(cause.len())]
}

/// Whether a cause that the sources write has its words here.
pub fn is_known(cause: &str) -> bool {
    CAUSES.iter().any(|(written, _)| *written == cause)
}

/// What a job of that kind does.
pub fn purpose(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "fetch_recording" => "Aller chercher un message parlé chez l'opérateur téléphonique",
        "delete_recording" => "Effacer un message parlé chez l'opérateur téléphonique",
        "call_agent" => "Faire sonner le téléphone d'un agent qui rappelle quelqu'un",
        "tell_signal" => "Prévenir les superviseurs qu'un signalement les attend",
        "tell_tried" => "Écrire à une personne que nous avons essayé de la joindre",
        "send_text" => "Envoyer un SMS",
        "alert_on_call" => "Prévenir l'astreinte qu'une personne est en danger",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outbox::Job;

    #[test]
    fn every_kind_of_job_says_what_it_is_for() {
        for kind in Job::KINDS {
            assert!(purpose(kind).is_some(), "{kind}: say here what it is for");
        }
        assert_eq!(purpose("send_fax"), None);
    }

    #[test]
    fn a_cause_is_told_without_what_only_an_installer_reads() {
        assert_eq!(told("lease lapsed"), "le service s'est arrêté à chaque fois pendant cette tâche");
        assert_eq!(told("a job of kind send_fax cannot be read"), "cette tâche vient d'une autre version du service");
        assert_eq!(told("le fournisseur refuse (20404) : introuvable"), "le fournisseur refuse (20404) : introuvable");
        assert_eq!(told("la base de données ne répond pas: pool timed out"), "la base de données ne répond pas");
    }
}
