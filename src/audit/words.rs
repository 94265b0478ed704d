//! What the journal's actions are called in French. Pure.

/// Every action that is written, and its words. One that is missing here is shown as it is written.
pub const ACTIONS: [(&str, &str); 54] = [
    ("session.open", "s'est connecté"),
    ("session.refuse", "connexion refusée"),
    ("session.end", "a fermé une de ses sessions"),
    ("password.choose", "a choisi un mot de passe par un lien"),
    ("password.change", "a changé son mot de passe"),
    ("second_factor.set", "a relié un téléphone"),
    ("operator.add", "a ouvert un compte"),
    ("operator.change", "a changé un compte"),
    ("operator.disable", "a fermé un compte"),
    ("operator.enable", "a rouvert un compte"),
    ("operator.reset", "a donné un lien de connexion"),
    ("operator.phone", "a changé son téléphone"),
    ("callback.open", "a ouvert la page d'un rappel"),
    ("callback.claim", "a pris un rappel"),
    ("callback.take_over", "a repris le rappel d'un collègue"),
    ("callback.release", "a rendu un rappel"),
    ("callback.close", "a terminé un rappel"),
    ("callback.again", "a remis un rappel à plus tard"),
    ("callback.escalate", "a laissé un rappel à un superviseur"),
    ("callback.on_call", "a pris un rappel au téléphone et entendu le numéro"),
    ("callback.call", "a appelé quelqu'un par la ligne"),
    ("callbacks.listen", "a demandé les messages d'un rappel (terminal)"),
    ("callbacks.reveal", "a affiché les numéros de rappels (terminal)"),
    ("shift.end", "a passé le relais"),
    ("signal.report", "a fait un signalement"),
    ("signal.open", "a lu un signalement"),
    ("signal.seen", "a pris connaissance d'un signalement"),
    ("signal.close", "a clos un signalement"),
    ("stop.lift", "a noté un nouvel accord pour recevoir des SMS"),
    ("message.play", "a écouté un message"),
    ("request.open", "a ouvert une demande"),
    ("request.counter", "a enregistré une demande au guichet"),
    ("request.agreed", "a noté l'accord d'une personne"),
    ("request.edit", "a changé une demande"),
    ("request.place", "a placé une demande sur la carte"),
    ("request.cancel", "a annulé une demande"),
    ("request.reopen", "a rouvert une demande"),
    ("request.merge", "a réuni deux demandes"),
    ("request.unmerge", "a séparé deux demandes"),
    ("requests.listen", "a demandé les messages d'une demande (terminal)"),
    ("requests.reveal", "a affiché les numéros de demandes (terminal)"),
    ("journal.export", "a exporté le journal"),
    ("figures.export", "a exporté les chiffres"),
    ("line.change", "a changé un réglage de la ligne"),
    ("line.scripts", "a fait relire les scripts"),
    ("plan.make", "a fait un plan d'appel"),
    ("plan.end", "a mis fin à un plan d'appel"),
    ("volunteer.vet", "a noté ce qui a été vu d'un bénévole"),
    ("volunteer.accept", "a accepté un bénévole"),
    ("volunteer.change", "a modifié la fiche d'un bénévole"),
    ("volunteer.pause", "a changé la pause d'un bénévole"),
    ("volunteer.suspend", "a suspendu un bénévole, ou levé sa suspension"),
    ("volunteer.part", "a noté qu'un bénévole n'aide plus"),
    ("job.retry", "a fait réessayer une tâche"),
];

/// The words of an action.
pub fn told(action: &str) -> &str {
    ACTIONS.iter().find(|(written, _)| *written == action).map_or(action, |(_, told)| told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_told_in_french_and_an_unknown_one_as_it_is_written() {
        assert_eq!(told("session.open"), "s'est connecté");
        assert_eq!(told("line.paint"), "line.paint");
        let mut written: Vec<_> = ACTIONS.iter().map(|(written, _)| written).collect();
        written.sort_unstable();
        written.dedup();
        assert_eq!(written.len(), ACTIONS.len());
    }
}
