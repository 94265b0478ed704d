//! The demonstration as a newcomer starts it: the program itself, its page, its telephones.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

/// A demonstration that runs; it ends with the test.
struct Demo {
    program: Child,
    address: String,
    _folder: tempfile::TempDir,
}

impl Drop for Demo {
    fn drop(&mut self) {
        drop(self.program.kill());
        drop(self.program.wait());
    }
}

impl Demo {
    /// Starts it, and waits for the words that it prints.
    fn start() -> (Self, String) {
        // A second installation answers Err and changes nothing.
        drop(rustls::crypto::ring::default_provider().install_default());
        let folder = tempfile::tempdir().unwrap();
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut program = Command::new(env!("CARGO_BIN_EXE_ligne-solidaire"))
            .args(["demo", "--listen", &free.to_string()])
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(program.stdout.take().unwrap()).lines().map_while(Result::ok);
        let said: Vec<String> = lines.take_while(|line| !line.starts_with("Ctrl+C")).collect();
        (Self { program, address: format!("http://{free}"), _folder: folder }, said.join("\n"))
    }

    async fn act(&self, deed: &Value) -> Value {
        let asking = reqwest::Client::new().post(format!("{}/demo/act", self.address));
        let asking = asking.header("content-type", "application/json").body(deed.to_string());
        serde_json::from_str(&asking.send().await.unwrap().text().await.unwrap()).unwrap()
    }

    async fn page(&self, path: &str) -> (u16, String) {
        let answer = reqwest::get(format!("{}{path}", self.address)).await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }
}

fn phone(view: &Value, name: &str) -> Value {
    let phones = view["phones"].as_array().unwrap();
    phones.iter().find(|phone| phone["name"] == name).unwrap().clone()
}

#[tokio::test]
async fn zero_rings_a_telephone_of_the_desk_and_a_key_puts_the_two_through() {
    let (demo, said) = Demo::start();
    assert!(said.contains(&format!("{}/demo", demo.address)) && said.contains("/console/lien/"), "{said}");
    let view = demo.act(&json!({"do": "call", "from": "04 65 71 00 01", "since": 0, "mine": null})).await;
    let mine = view["leg"]["id"].clone();
    let on = |view: &Value, deed: Value| {
        let mut deed = deed;
        deed["since"] = view["next"].clone();
        deed["mine"] = mine.clone();
        deed
    };
    let view = demo.act(&on(&view, json!({"do": "press", "leg": mine, "key": "0"}))).await;
    let rung =
        ["bureau 1", "bureau 2"].map(|name| phone(&view, name)).into_iter().find(|phone| !phone["leg"].is_null());
    let rung = rung.unwrap_or_else(|| panic!("a telephone of the desk rings: {view}"));
    assert_eq!(rung["leg"]["expect"]["is"], "incoming", "{rung}");
    let view = demo.act(&on(&view, json!({"do": "answer", "number": rung["number"]}))).await;
    let leg = phone(&view, rung["name"].as_str().unwrap())["leg"]["id"].clone();
    let view = demo.act(&on(&view, json!({"do": "press", "leg": leg, "key": "1"}))).await;
    assert_eq!(view["leg"]["expect"]["is"], "bridged", "they talk: {view}");
    let (status, page) = demo.page("/console/entrer").await;
    assert!(status == 200 && page.contains("Se connecter"), "{status}");
}
