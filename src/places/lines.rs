//! The lines of a file that somebody downloaded: gzip or plain, whatever its ends of line, cut into cells one by one. Pure.
//!
//! A line is taken by itself, so that a stray quotation mark costs one line and not the rest of the file; a cell therefore
//! holds no end of line. What is read at once is bounded, whatever the bytes are.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use flate2::bufread::MultiGzDecoder;

use super::flaw::{Flaw, Refusal};

/// The longest line that is looked at, in bytes; those of the BAN have some 300.
const LONGEST: usize = 64 * 1024;
/// The most cells of a line; the BAN has some twenty.
const MOST_CELLS: usize = 256;
/// The mark that some programs put before UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// A file whose text is read line by line.
pub struct Lines {
    source: Box<dyn BufRead + Send>,
    number: u64,
    line: Vec<u8>,
}

/// A line as it was read.
#[derive(Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// Its number in the file, from 1.
    pub number: u64,
    /// Its bytes, without its end.
    pub bytes: Result<&'a [u8], Flaw>,
    /// Whether it had an end: the last one of a file that was cut has none.
    pub ended: bool,
}

impl Lines {
    /// Reads a source whose first bytes tell whether it is compressed.
    pub fn of(source: impl Read + Send + 'static) -> Result<Self, Refusal> {
        let mut source = BufReader::with_capacity(LONGEST, source);
        let mut head = Vec::new();
        source.by_ref().take(4).read_to_end(&mut head)?;
        let compressed = head.starts_with(&[0x1f, 0x8b]);
        if head.starts_with(b"PK\x03\x04") {
            return Err(Refusal::Header("c'est une archive zip : sortez-en le fichier CSV".to_owned()));
        }
        let whole = Cursor::new(head).chain(source);
        let source: Box<dyn BufRead + Send> =
            if compressed { Box::new(BufReader::new(MultiGzDecoder::new(whole))) } else { Box::new(whole) };
        Ok(Self { source, number: 0, line: Vec::new() })
    }

    /// The next line; `None` at the end of the file.
    pub fn next_line(&mut self) -> io::Result<Option<Line<'_>>> {
        self.line.clear();
        let limit = LONGEST as u64 + 1;
        if self.source.by_ref().take(limit).read_until(b'\n', &mut self.line)? == 0 {
            return Ok(None);
        }
        self.number += 1;
        let mut ended = self.line.pop_if(|last| *last == b'\n').is_some();
        if self.line.len() > LONGEST {
            ended = self.pass_over()?;
            return Ok(Some(Line { number: self.number, bytes: Err(Flaw::TooLong), ended }));
        }
        self.line.pop_if(|last| *last == b'\r');
        let marked = self.number == 1 && self.line.starts_with(MARK);
        let bytes = if marked { &self.line[MARK.len()..] } else { &self.line[..] };
        Ok(Some(Line { number: self.number, bytes: Ok(bytes), ended }))
    }

    /// Goes to the end of a line without keeping it; `false` at the end of the file.
    fn pass_over(&mut self) -> io::Result<bool> {
        loop {
            let there = self.source.fill_buf()?;
            if there.is_empty() {
                return Ok(false);
            }
            let end = there.iter().position(|byte| *byte == b'\n');
            let passed = end.map_or(there.len(), |at| at + 1);
            self.source.consume(passed);
            if end.is_some() {
                return Ok(true);
            }
        }
    }
}

/// Cuts lines into cells, quotation marks as in RFC 4180.
pub struct Cutter {
    reader: csv_core::Reader,
    input: Vec<u8>,
    text: Vec<u8>,
    ends: Vec<usize>,
}

/// The cells of a line.
#[derive(Debug, Clone, Copy)]
pub struct Cells<'a> {
    text: &'a str,
    ends: &'a [usize],
}

impl Cutter {
    /// One for that separator.
    pub fn new(separator: u8) -> Self {
        let reader = csv_core::ReaderBuilder::new().delimiter(separator).build();
        Self { reader, input: Vec::new(), text: Vec::new(), ends: vec![0; MOST_CELLS] }
    }

    /// The cells of a line that is not empty.
    pub fn cut(&mut self, line: &[u8]) -> Result<Cells<'_>, Flaw> {
        self.reader.reset();
        self.input.clear();
        self.input.extend_from_slice(line);
        self.input.push(b'\n');
        self.text.resize(self.input.len(), 0);
        let (end, taken, written, cells) = self.reader.read_record(&self.input, &mut self.text, &mut self.ends);
        match end {
            csv_core::ReadRecordResult::Record if taken == self.input.len() => {}
            // The end of the line became part of a cell.
            csv_core::ReadRecordResult::InputEmpty => return Err(Flaw::Quote),
            _ => return Err(Flaw::Cells),
        }
        let text = std::str::from_utf8(&self.text[..written]).map_err(|_| Flaw::NotText)?;
        Ok(Cells { text, ends: &self.ends[..cells] })
    }
}

impl<'a> Cells<'a> {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.ends.len()
    }

    /// The cell at that place, without spaces around it; empty where there is none.
    pub fn at(&self, index: usize) -> &'a str {
        let from = index.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied());
        let bounds = from.zip(self.ends.get(index).copied());
        // A cut between two cells may not be one between two letters, if bytes are no text: then there is no cell.
        bounds.and_then(|(from, to)| self.text.get(from..to)).unwrap_or_default().trim()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &'a str> {
        let cells = *self;
        (0..cells.count()).map(move |index| cells.at(index))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use proptest::prelude::*;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(bytes).unwrap();
        packer.finish().unwrap()
    }

    type Read = (u64, Result<Vec<u8>, Flaw>, bool);

    fn read(bytes: Vec<u8>) -> Result<Vec<Read>, Refusal> {
        let mut lines = Lines::of(Cursor::new(bytes))?;
        let mut all = Vec::new();
        while let Some(line) = lines.next_line()? {
            all.push((line.number, line.bytes.map(<[u8]>::to_vec), line.ended));
        }
        Ok(all)
    }

    #[test]
    fn plain_or_compressed_in_one_piece_or_several_marked_or_not_it_is_the_same_file() {
        let expected = vec![(1, Ok(b"a;b".to_vec()), true), (2, Ok(b"1;2".to_vec()), false)];
        let pieces = [gzip(b"a;b\n"), gzip(b"1;2")].concat();
        for file in [b"a;b\n1;2".to_vec(), b"\xef\xbb\xbfa;b\r\n1;2".to_vec(), gzip(b"a;b\n1;2"), pieces] {
            assert_eq!(read(file).unwrap(), expected);
        }
    }

    #[test]
    fn a_file_cut_in_the_middle_of_its_compression_is_truncated() {
        let whole = gzip(&b"a;b\n1;2\n".repeat(1_000));
        for kept in [3, whole.len() / 2, whole.len() - 1] {
            assert!(matches!(read(whole[..kept].to_vec()), Err(Refusal::Truncated)), "{kept}");
        }
        let mut damaged = whole;
        let middle = damaged.len() / 2;
        damaged[middle..].fill(0xff);
        assert!(read(damaged).is_err());
        assert!(matches!(read(b"PK\x03\x04...".to_vec()), Err(Refusal::Header(_))));
    }

    #[test]
    fn a_line_without_end_costs_itself_and_no_memory() {
        let mut file = b"a;b\n".to_vec();
        file.extend(vec![b'x'; 3 * LONGEST]);
        file.extend(b"\n1;2\n");
        let all = read(file).unwrap();
        assert_eq!(all[1], (2, Err(Flaw::TooLong), true));
        assert_eq!(all[2], (3, Ok(b"1;2".to_vec()), true));
    }

    #[test]
    fn cells_are_cut_as_programs_write_them() {
        let mut cutter = Cutter::new(b';');
        let mut cut = |line: &str| cutter.cut(line.as_bytes()).map(|cells| cells.iter().collect::<Vec<_>>().join("|"));
        assert_eq!(cut("a; b ;;d").as_deref(), Ok("a|b||d"));
        assert_eq!(cut("\"a;b\";\"dit \"\"oui\"\"\";Rue \"X\"").as_deref(), Ok("a;b|dit \"oui\"|Rue \"X\""));
        assert_eq!(cut("\"a;b;c"), Err(Flaw::Quote));
        assert_eq!(cut("a;b").as_deref(), Ok("a|b"), "a line bears no grudge against the one before");
        assert_eq!(cut("a\rb"), Err(Flaw::Cells));
        assert_eq!(cut(&";".repeat(MOST_CELLS)), Err(Flaw::Cells));
        assert!(matches!(cutter.cut(b"Rue de l'\xe9glise;1"), Err(Flaw::NotText)));
    }

    proptest! {
        #[test]
        fn whatever_the_bytes_every_line_ends(bytes in prop::collection::vec(any::<u8>(), 0..2_000), packed in any::<bool>()) {
            let mut cutter = Cutter::new(b';');
            for (_, line, _) in read(if packed { gzip(&bytes) } else { bytes }).unwrap_or_default() {
                if let Ok(cells) = line.and_then(|line| cutter.cut(&line).map(|cells| cells.iter().count())) {
                    prop_assert!(cells <= MOST_CELLS);
                }
            }
        }

        #[test]
        fn what_another_program_wrote_is_read(cells in prop::collection::vec("[a-zé\";, ]{0,9}", 1..8)) {
            let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
            writer.write_record(&cells).unwrap();
            let line = writer.into_inner().unwrap();
            let mut cutter = Cutter::new(b';');
            let read = cutter.cut(&line[..line.len() - 1]).unwrap();
            prop_assert_eq!(read.iter().collect::<Vec<_>>(), cells.iter().map(|cell| cell.trim()).collect::<Vec<_>>());
        }
    }
}
