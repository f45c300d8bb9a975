//! Plain HTTP questions, with every header as it came.

use crate::until::PATIENCE;
use anyhow::{Context, Result};
use std::io::Read;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Header names in lower case, with their values.
    pub headers: Vec<(String, String)>,
    /// The body as it travelled.
    pub body: Vec<u8>,
}

impl Answer {
    /// The value of a header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(found, _)| found == name);
        found.map_or("", |(_, value)| value)
    }

    /// The body, unpacked as `content-encoding` says.
    pub fn unpacked(&self) -> Result<Vec<u8>> {
        let mut plain = Vec::new();
        match self.header("content-encoding") {
            "" => plain.clone_from(&self.body),
            "br" => {
                brotli::Decompressor::new(self.body.as_slice(), 4096).read_to_end(&mut plain)?;
            }
            "gzip" => {
                flate2::read::GzDecoder::new(self.body.as_slice()).read_to_end(&mut plain)?;
            }
            other => anyhow::bail!("nobody asked for the encoding {other}"),
        }
        Ok(plain)
    }

    /// The body as text.
    pub fn text(&self) -> Result<String> {
        Ok(String::from_utf8(self.unpacked()?)?)
    }
}

/// Asks for a path, with more headers if needed.
pub async fn get(address: SocketAddr, path: &str, headers: &[(&str, &str)]) -> Result<Answer> {
    timeout(PATIENCE, ask(address, path, headers))
        .await
        .with_context(|| format!("no answer to GET {path}"))?
        .with_context(|| format!("GET {path}"))
}

async fn ask(address: SocketAddr, path: &str, headers: &[(&str, &str)]) -> Result<Answer> {
    let mut stream = TcpStream::connect(address).await?;
    let mut question = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n");
    for (name, value) in headers {
        question.push_str(&format!("{name}: {value}\r\n"));
    }
    question.push_str("\r\n");
    stream.write_all(question.as_bytes()).await?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await?;
    let end = bytes
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .context("no end of headers")?;
    let head = std::str::from_utf8(&bytes[..end])?;
    let mut lines = head.split("\r\n");
    let status = lines
        .next()
        .and_then(|line| line.split(' ').nth(1))
        .context("no status")?
        .parse()?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    let body = bytes[end + 4..].to_vec();
    let chunked = headers
        .iter()
        .any(|(name, value)| name == "transfer-encoding" && value.contains("chunked"));
    let body = if chunked { dechunked(&body)? } else { body };
    Ok(Answer {
        status,
        headers,
        body,
    })
}

/// Joins the pieces of a body that came in pieces.
fn dechunked(mut rest: &[u8]) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = rest
            .windows(2)
            .position(|window| window == b"\r\n")
            .context("no length of a piece")?;
        let length = usize::from_str_radix(std::str::from_utf8(&rest[..line])?.trim(), 16)?;
        if length == 0 {
            return Ok(body);
        }
        let piece = rest
            .get(line + 2..line + 2 + length)
            .context("a piece is cut")?;
        body.extend_from_slice(piece);
        rest = rest
            .get(line + 4 + length..)
            .context("a piece does not end")?;
    }
}
