//! The browser of one agent, as far as the network sees it: a kept connection for pages, another for the stream.

use std::net::SocketAddr;
use std::time::Instant;

use anyhow::{Context, bail, ensure};
use ligne_solidaire::console::COOKIE_NAME;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::town;

/// An agent at her desk.
pub(crate) struct Agent {
    pages: TcpStream,
    cookie: String,
}

/// A page that came.
pub(crate) struct Answer {
    /// When its first byte was there.
    pub(crate) first_byte: Instant,
    /// All of it.
    pub(crate) page: String,
}

impl Agent {
    /// The agent of that number, signed in.
    pub(crate) async fn sits_down(address: &SocketAddr, number: usize) -> anyhow::Result<Self> {
        Ok(Self { pages: connect(address).await?, cookie: town::cookie(number) })
    }

    /// Opens a page; with `live`, the part of it that changes.
    pub(crate) async fn opens(&mut self, path: &str, live: bool) -> anyhow::Result<Answer> {
        let more = if live { "x-fragment: file\r\n" } else { "" };
        self.pages.write_all(request(path, &self.cookie, more).as_bytes()).await?;
        let mut answer = Vec::new();
        self.read_more(&mut answer).await?;
        let first_byte = Instant::now();
        let start = loop {
            match answer.windows(4).position(|four| four == b"\r\n\r\n") {
                Some(end) => break end + 4,
                None => self.read_more(&mut answer).await?,
            }
        };
        let head = String::from_utf8_lossy(&answer[..start]).into_owned();
        ensure!(head.starts_with("HTTP/1.1 200"), "{path} answers {head}");
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).context("no length")?;
        let end = start + length.parse::<usize>()?;
        while answer.len() < end {
            self.read_more(&mut answer).await?;
        }
        Ok(Answer { first_byte, page: String::from_utf8(answer.split_off(start))? })
    }

    async fn read_more(&mut self, answer: &mut Vec<u8>) -> anyhow::Result<()> {
        ensure!(self.pages.read_buf(answer).await? > 0, "the service closed the connection");
        Ok(())
    }

    /// Listens to what changes.
    pub(crate) async fn listens(&self, address: &SocketAddr) -> anyhow::Result<Stream> {
        let mut stream = connect(address).await?;
        stream.write_all(request("/console/flux", &self.cookie, "").as_bytes()).await?;
        let mut stream = Stream { stream, heard: Vec::new() };
        stream.until("text/event-stream").await?;
        Ok(stream)
    }
}

/// What an open page listens to.
pub(crate) struct Stream {
    stream: TcpStream,
    heard: Vec<u8>,
}

impl Stream {
    /// Waits for the next change; several at once are one.
    pub(crate) async fn change(&mut self) -> anyhow::Result<()> {
        self.until("event: change").await
    }

    async fn until(&mut self, wanted: &str) -> anyhow::Result<()> {
        while !String::from_utf8_lossy(&self.heard).contains(wanted) {
            if self.stream.read_buf(&mut self.heard).await? == 0 {
                bail!("the stream ended: {}", String::from_utf8_lossy(&self.heard));
            }
        }
        self.heard.clear();
        Ok(())
    }
}

async fn connect(address: &SocketAddr) -> anyhow::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

fn request(path: &str, cookie: &str, more: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: bench\r\ncookie: {COOKIE_NAME}={cookie}\r\n{more}\r\n")
}
