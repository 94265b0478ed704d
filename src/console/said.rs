//! What a page says of the act that led to it. The address carries a word of this table, never a sentence: nobody puts
//! words into a page of ours by a link.

use serde::Deserialize;

/// The word that an address carries.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Said {
    dit: Option<String>,
}

/// Every sentence.
const SENTENCES: &[(&str, &str)] = &[
    ("vide", "Rien à prendre maintenant : tout est pris, fait, pour plus tard, ou laissé à un superviseur."),
    ("pris", "Ce rappel est à vous pour un quart d'heure."),
    ("deja", "Vous aviez déjà ce rappel en main. Terminez-le, ou rendez-le, avant d'en prendre un autre."),
    ("autre-en-main", "Vous avez un autre rappel en main. Terminez-le, ou rendez-le, avant de prendre celui-ci."),
    ("rendu", "Ce rappel est rendu à la file. Son échéance n'a pas changé."),
    ("note", "Votre note est enregistrée."),
    ("rien", "Rien n'était écrit : rien n'est enregistré."),
    ("fini", "C'est enregistré : ce rappel est terminé."),
    ("encore", "C'est enregistré : ce rappel reviendra dans la file."),
    (
        "encore-ferme",
        "C'est enregistré, mais la ligne est fermée à cette heure-là : convenez d'une autre heure avec la personne, ou \
         assurez-vous que quelqu'un sera là. Ce rappel est dans « Plus tard ».",
    ),
    ("escalade", "C'est enregistré : un superviseur prend la suite."),
    ("prolonge", "Ce rappel est à vous pour un quart d'heure de plus."),
    ("occupe", "Quelqu'un d'autre s'en occupe déjà."),
    ("termine", "Ce rappel était déjà terminé."),
    (
        "perdu",
        "Ce rappel n'est plus à vous : le quart d'heure est passé, ou quelqu'un l'a repris. Reprenez-le si besoin.",
    ),
    ("sonne", "Votre téléphone va sonner. Décrochez, puis tapez 1."),
    ("en-ligne", "Un appel par la ligne est déjà en cours pour vous."),
    ("sans-telephone", "Donnez d'abord votre téléphone dans votre compte."),
    ("sans-numero", "Personne ne connaît de numéro à appeler pour ce rappel."),
    ("pas-compose", "La ligne ne compose pas ce numéro : appelez de votre propre téléphone si besoin."),
    ("enregistree", "La demande est enregistrée."),
    ("pointee", "Le lieu est enregistré. Le code postal est maintenant celui du quartier choisi."),
    (
        "annulee",
        "La demande est annulée : personne ne rappelle plus pour elle. « Rouvrir la demande » revient en arrière.",
    ),
    (
        "rouverte",
        "La demande est rouverte, et un rappel est à faire. Ce qui avait été promis vaut toujours, si ce n'est pas passé.",
    ),
    ("pareille", "C'était déjà ainsi : rien n'a été changé."),
    ("reunie", "Les deux demandes n'en font plus qu'une : celle-ci continue."),
    ("separee", "Ce sont de nouveau deux demandes, comme avant."),
    ("saisie", "La demande est enregistrée. Donnez son numéro à la personne : il est en haut à droite."),
    ("relais", "Le relais est passé. Ce que vous aviez en main est revenu à la file."),
    (
        "signale",
        "Le signalement est envoyé : les superviseurs de la ligne le voient sur leur écran ; un SMS part à ceux qui ont donné un \
         mobile.",
    ),
    ("signalement", "C'est noté."),
    ("reglee", "C'est en place, et chaque appel le suit."),
    ("pareil", "C'était déjà ainsi : rien n'est changé."),
    ("scripts", "Les scripts sont vérifiés et rechargés."),
    ("facteur", "Votre téléphone est relié : son code vous sera demandé à chaque connexion."),
    ("deconnecte", "C'est fait."),
    ("deja-deconnecte", "Cette session était déjà terminée."),
    ("mot-de-passe", "Votre mot de passe est changé. Vos autres sessions sont fermées."),
    ("telephone", "Votre téléphone est enregistré."),
    ("compte-change", "Le compte est changé."),
    ("compte-ferme", "Le compte est fermé : la personne est déconnectée."),
    ("reessai", "Cette tâche repart. Si elle échoue encore, elle reviendra ici."),
    ("plan", "Le plan est en place dès le prochain appel de cette personne."),
    ("plan-fini", "Ce plan est terminé : cette personne est reçue comme tout le monde."),
    ("compte-rouvert", "Le compte est rouvert."),
];

impl Said {
    /// What a page says that answers a form by itself.
    pub(crate) fn word(word: &str) -> Self {
        Self { dit: Some(word.to_owned()) }
    }

    /// The sentence.
    pub(crate) fn sentence(&self) -> Option<&'static str> {
        let word = self.dit.as_deref()?;
        SENTENCES.iter().find(|(known, _)| *known == word).map(|(_, sentence)| *sentence)
    }
}
