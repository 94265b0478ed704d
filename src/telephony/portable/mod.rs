//! Checks that a document stays inside what the whole `TwiML` family accepts (design: portable call control).
//!
//! It reads the bytes back with a reader of its own, so it also proves that they are XML. Tests of every room pass
//! each document they see through [`check`]. It refuses what some member of the family refuses or understands in its
//! own way: unknown verbs and attributes, missing defaults, relative addresses, a `Gather` that nothing follows,
//! verbs that are never reached, a `Say` that does not tell its language.

mod rules;
mod tree;

use super::xml::LARGEST_DOCUMENT;

/// Whether `xml` is a portable document; otherwise what is wrong with it.
pub fn check(xml: &str) -> Result<(), String> {
    if xml.len() > LARGEST_DOCUMENT {
        return Err(format!("{} octets, au plus {LARGEST_DOCUMENT}", xml.len()));
    }
    let response = tree::read(xml)?;
    rules::response(&response)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROLOG: &str = r#"<?xml version="1.0" encoding="UTF-8"?>"#;
    const GATHER: &str = "action=\"https://l.example/a\" method=\"POST\" input=\"dtmf\" timeout=\"8\" finishOnKey=";
    const SAY: &str = r#"<Say language="fr-FR">Bonjour</Say>"#;

    fn refused(body: &str) -> String {
        check(&format!("{PROLOG}{body}")).expect_err(body)
    }

    fn inside(verbs: &str) -> String {
        format!("<Response>{verbs}</Response>")
    }

    #[test]
    fn what_every_provider_accepts_passes() {
        let gather = format!(r#"<Gather {GATHER}"" numDigits="1">{SAY}<Play>https://l.example/a.wav</Play></Gather>"#);
        for verbs in [
            String::new(),
            SAY.to_owned(),
            format!("{gather}<Redirect method=\"POST\">https://l.example/a?b=1&amp;c=2</Redirect>"),
            format!("{SAY}{gather}{SAY}<Hangup/>"),
            r#"<Say language="fr-FR"><prosody rate="90%">Un<break time="400ms"/>deux &#233;</prosody></Say>"#
                .to_owned(),
            r#"<Reject reason="busy"/>"#.to_owned(),
        ] {
            assert_eq!(check(&format!("{PROLOG}{}", inside(&verbs))), Ok(()), "{verbs}");
        }
    }

    #[test]
    fn what_is_not_xml_or_not_one_response_is_refused() {
        assert!(check("").is_err());
        assert!(check(&format!(" {PROLOG}<Response/>")).is_err());
        assert!(check(&format!("\u{feff}{PROLOG}<Response/>")).is_err());
        assert!(check("<Response/>").is_err());
        assert!(check(&format!("{PROLOG}{}", inside(&SAY.repeat(3_000)))).is_err());
        for body in [
            "",
            "<Response>",
            "<Response/><Response/>",
            "<Response></response>",
            "<response/>",
            "<!DOCTYPE r [<!ENTITY a \"b\">]><Response/>",
            "<Response><!-- note --></Response>",
            "<Response>bonjour</Response>",
            "<Response a=\"1\"/>",
            "<Response/>reste",
        ] {
            refused(body);
        }
        for text in ["\u{1}", "&#1;", "&nbsp;", "<![CDATA[a]]>", "<?a b?>"] {
            refused(&inside(&format!("<Say language=\"fr-FR\">a{text}</Say>")));
        }
    }

    #[test]
    fn verbs_attributes_and_nesting_outside_the_subset_are_refused() {
        for verbs in [
            "<Pause length=\"1\"/>".to_owned(),
            "<Enqueue>file</Enqueue>".to_owned(),
            "<say language=\"fr-FR\">a</say>".to_owned(),
            "<Say>a</Say>".to_owned(),
            "<Say language=\"français\">a</Say>".to_owned(),
            "<Say language=\"fr-FR\" loop=\"2\">a</Say>".to_owned(),
            "<Say language=\"fr-FR\"> </Say>".to_owned(),
            format!("<Say language=\"fr-FR\">{}</Say>", "a".repeat(3_001)),
            "<Say language=\"fr-FR\"><emphasis>a</emphasis></Say>".to_owned(),
            "<Say language=\"fr-FR\" language=\"fr-FR\">a</Say>".to_owned(),
            "<Play>a.wav</Play>".to_owned(),
            "<Hangup/><Hangup/>".to_owned(),
            format!("{SAY}<Reject reason=\"busy\"/>"),
            "<Redirect>https://l.example/</Redirect>".to_owned(),
            "<Redirect method=\"POST\">/relatif</Redirect>".to_owned(),
            "<Redirect method=\"POST\">https://l.example/ a</Redirect>".to_owned(),
            format!("<Redirect method=\"POST\">https://l.example/</Redirect>{SAY}"),
        ] {
            refused(&inside(&verbs));
        }
    }

    #[test]
    fn a_gather_that_could_strand_a_silent_caller_is_refused() {
        let gather = format!(r##"<Gather {GATHER}"#" numDigits="1">{SAY}</Gather>"##);
        assert_eq!(check(&format!("{PROLOG}{}", inside(&format!("{gather}<Hangup/>")))), Ok(()));
        assert!(refused(&inside(&gather)).contains("Gather"));
        for broken in [
            gather.replace("POST", "GET"),
            gather.replace("dtmf", "dtmf speech"),
            gather.replace("timeout=\"8\"", "timeout=\"0\""),
            gather.replace(" timeout=\"8\"", ""),
            gather.replace("numDigits=\"1\"", "numDigits=\"0\""),
            gather.replace("finishOnKey=\"#\"", "finishOnKey=\"é\""),
            gather.replace("https://l.example/a", "a"),
            gather.replace(SAY, "<Hangup/>"),
        ] {
            refused(&inside(&format!("{broken}<Hangup/>")));
        }
    }

    #[test]
    fn a_dial_or_a_record_that_leaves_something_to_chance_is_refused() {
        let dial = concat!(
            r#"<Dial action="https://l.example/a" method="POST" timeout="15" callerId="+33199001234">"#,
            r#"<Number url="https://l.example/w" method="POST">+33199001001</Number></Dial>"#,
        );
        let record = concat!(
            r##"<Record action="https://l.example/a" method="POST" timeout="5" finishOnKey="#" maxLength="90" "##,
            r#"playBeep="true"/>"#,
        );
        assert_eq!(check(&format!("{PROLOG}{}", inside(dial))), Ok(()));
        assert_eq!(check(&format!("{PROLOG}{}", inside(&format!("{record}<Hangup/>")))), Ok(()));
        for broken in [
            dial.replace("+33199001001", "0199001001"),
            dial.replace("+33199001001", "+33892680000"),
            dial.replace("+33199001001", "+442079460958"),
            dial.replace("timeout=\"15\"", "timeout=\"200\""),
            dial.replace("<Number", "<Number/><Number"),
            dial.replace("Number", "Queue"),
            dial.replace(" action=\"https://l.example/a\"", ""),
            record.to_owned(),
            format!("{}<Hangup/>", record.replace(" maxLength=\"90\"", "")),
            format!("{}<Hangup/>", record.replace("\"90\"", "\"1\"")),
            format!("{}<Hangup/>", record.replace("playBeep=\"true\"", "transcribe=\"true\"")),
            format!("{}<Hangup/>", record.replace("finishOnKey=\"#\"", "finishOnKey=\"\"")),
        ] {
            refused(&inside(&broken));
        }
    }
}
