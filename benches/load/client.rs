//! The smallest client of HTTP that does: one kept connection, answers with a length.
//!
//! A complete one costs more per request than the service itself, on the same two processors; what it would add is not
//! what is measured here.

use std::net::SocketAddr;

use anyhow::{Context, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One kept connection.
pub(crate) struct Client {
    stream: TcpStream,
    request: Vec<u8>,
    answer: Vec<u8>,
}

impl Client {
    /// Connects.
    pub(crate) async fn connect(address: &SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, request: Vec::new(), answer: Vec::new() })
    }

    /// Gets a page.
    pub(crate) async fn get(&mut self, path: &str) -> anyhow::Result<(u16, &str)> {
        self.request.clear();
        self.request.extend_from_slice(format!("GET {path} HTTP/1.1\r\nhost: bench\r\n\r\n").as_bytes());
        self.exchange().await
    }

    /// Posts a signed form.
    pub(crate) async fn post(&mut self, path: &str, signature: &str, form: &str) -> anyhow::Result<(u16, &str)> {
        self.request.clear();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: bench\r\nx-twilio-signature: {signature}\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n",
            form.len()
        );
        self.request.extend_from_slice(head.as_bytes());
        self.request.extend_from_slice(form.as_bytes());
        self.exchange().await
    }

    async fn exchange(&mut self) -> anyhow::Result<(u16, &str)> {
        self.stream.write_all(&self.request).await?;
        self.answer.clear();
        let (status, start, end) = loop {
            if let Some(read) = read(&self.answer)? {
                break read;
            }
            if self.stream.read_buf(&mut self.answer).await? == 0 {
                bail!("the service closed the connection");
            }
        };
        Ok((status, std::str::from_utf8(&self.answer[start..end])?))
    }
}

/// The status of an answer and where its body is, once all of it is there.
fn read(answer: &[u8]) -> anyhow::Result<Option<(u16, usize, usize)>> {
    let Some(end_of_head) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(&answer[..end_of_head])?;
    let status = head.get(9..12).and_then(|status| status.parse().ok()).context("no status")?;
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(Ok(0), str::parse);
    let start = end_of_head + 4;
    let end = start + length.context("no length")?;
    Ok((answer.len() >= end).then_some((status, start, end)))
}

/// One of the pages that the child has for us.
pub(crate) async fn page(address: &SocketAddr, path: &str) -> anyhow::Result<String> {
    let mut client = Client::connect(address).await?;
    let (status, page) = client.get(path).await?;
    anyhow::ensure!(status == 200, "{path} answers {status}: {page}");
    Ok(page.to_owned())
}
