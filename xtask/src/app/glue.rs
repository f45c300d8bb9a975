//! What lies between the program and the browser, made shorter: the names under which the one imports from the other, each of which
//! wasm-bindgen writes into both with a hash of 16 letters, and the script's comments.

use std::collections::HashMap;

use anyhow::{Context, Result, bail};

/// The id of a module's import section, and the kind of an imported function.
const IMPORTS: u8 = 2;
const FUNCTION: u8 = 0;

/// Gives what the program imports from a module of the script short names, in both.
pub(super) fn shorten(program: &[u8], script: &str, module: &str) -> Result<(Vec<u8>, String)> {
    let mut names = HashMap::new();
    let program = renamed(program, module, &mut names)
        .context("the imports of the program cannot be read")?;
    let script = with_names(script, &names)?;
    Ok((program, script))
}

/// The script without comments and indentation. Lines stay lines, because some statements end with theirs.
pub(super) fn without_comments(script: &str) -> Result<String> {
    let mut short = String::new();
    let mut in_comment = false;
    for line in script.lines() {
        let line = line.trim();
        in_comment |= line.starts_with("/*");
        let is_code = !in_comment && !line.is_empty() && !line.starts_with("//");
        if is_code {
            if line.matches('`').count() % 2 == 1 {
                bail!("a text of the script goes over several lines: {line}");
            }
            short.push_str(line);
            short.push('\n');
        }
        if in_comment && line.contains("*/") {
            if !line.ends_with("*/") {
                bail!("code follows a comment: {line}");
            }
            in_comment = false;
        }
    }
    Ok(short)
}

/// The program with short names for what it imports from `module`; `names` is told which.
fn renamed(program: &[u8], module: &str, names: &mut HashMap<String, String>) -> Option<Vec<u8>> {
    let (header, mut rest) = program.split_at_checked(8)?;
    let mut written = header.to_vec();
    while let Some((&id, after)) = rest.split_first() {
        let mut after = after;
        let length = number(&mut after)?;
        let (section, others) = after.split_at_checked(length)?;
        rest = others;
        let section = match id {
            IMPORTS => imports(section, module, names)?,
            _ => section.to_vec(),
        };
        written.push(id);
        put_number(&mut written, section.len());
        written.extend(section);
    }
    Some(written)
}

fn imports(
    mut section: &[u8],
    module: &str,
    names: &mut HashMap<String, String>,
) -> Option<Vec<u8>> {
    let count = number(&mut section)?;
    let mut written = Vec::new();
    put_number(&mut written, count);
    for _ in 0..count {
        let from = text(&mut section)?;
        let mut name = text(&mut section)?.to_owned();
        // Anything else than a function has a description of another shape.
        let (&FUNCTION, after) = section.split_first()? else {
            return None;
        };
        section = after;
        let kind = number(&mut section)?;
        if from == module {
            let short = format!("i{}", names.len());
            names.insert(name, short.clone());
            name = short;
        }
        put_text(&mut written, from);
        put_text(&mut written, &name);
        written.push(FUNCTION);
        put_number(&mut written, kind);
    }
    section.is_empty().then_some(written)
}

/// The script with the new names, each of which must stand there once.
fn with_names(script: &str, names: &HashMap<String, String>) -> Result<String> {
    let mut written = String::new();
    let mut found = 0;
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '$');
    let mut rest = script;
    while !rest.is_empty() {
        let end = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        match names.get(word) {
            Some(short) => {
                found += 1;
                written.push_str(short);
            }
            None => written.push_str(word),
        }
        let next = after.find(is_part).unwrap_or(after.len());
        let (between, after) = after.split_at(next);
        written.push_str(between);
        rest = after;
    }
    if found != names.len() {
        bail!(
            "{} imports of the program stand {found} times in its script",
            names.len()
        );
    }
    Ok(written)
}

/// Reads a number as wasm writes it (LEB128).
fn number(bytes: &mut &[u8]) -> Option<usize> {
    let mut value = 0;
    for shift in (0..32).step_by(7) {
        let (&byte, after) = bytes.split_first()?;
        *bytes = after;
        value |= usize::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

fn put_number(bytes: &mut Vec<u8>, mut value: usize) {
    loop {
        let low = (value & 0x7f) as u8;
        value >>= 7;
        if value == 0 {
            return bytes.push(low);
        }
        bytes.push(low | 0x80);
    }
}

fn text<'a>(bytes: &mut &'a [u8]) -> Option<&'a str> {
    let length = number(bytes)?;
    let (text, after) = bytes.split_at_checked(length)?;
    *bytes = after;
    std::str::from_utf8(text).ok()
}

fn put_text(bytes: &mut Vec<u8>, text: &str) {
    put_number(bytes, text.len());
    bytes.extend(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCRIPT: &str = "const all = { __wbg_log_12: function() { __wbg_log_123(); } };";

    /// A program that imports these functions, and has one more section.
    fn program(imported: &[(&str, &str)]) -> Vec<u8> {
        let mut section = Vec::new();
        put_number(&mut section, imported.len());
        for (module, name) in imported {
            put_text(&mut section, module);
            put_text(&mut section, name);
            section.extend([FUNCTION, 0x83, 0x01]);
        }
        let mut program = b"\0asm\x01\0\0\0".to_vec();
        program.push(IMPORTS);
        put_number(&mut program, section.len());
        program.extend(section);
        program.extend([10, 2, 7, 7]);
        program
    }

    #[test]
    fn imports_get_short_names_in_program_and_script() {
        let long = program(&[("./app_bg.js", "__wbg_log_12"), ("./other.js", "load")]);
        let (short, script) = shorten(&long, SCRIPT, "./app_bg.js").unwrap();
        assert_eq!(
            short,
            program(&[("./app_bg.js", "i0"), ("./other.js", "load")])
        );
        assert_eq!(
            script,
            "const all = { i0: function() { __wbg_log_123(); } };"
        );
    }

    #[test]
    fn a_name_that_is_not_exactly_once_in_the_script_is_refused() {
        let long = program(&[("./app_bg.js", "__wbg_log_12")]);
        assert!(shorten(&long, "const all = {};", "./app_bg.js").is_err());
        let twice = format!("{SCRIPT}{SCRIPT}");
        assert!(shorten(&long, &twice, "./app_bg.js").is_err());
    }

    #[test]
    fn what_is_no_program_is_refused() {
        assert!(shorten(b"\0asm", SCRIPT, "./app_bg.js").is_err());
        let mut torn = program(&[("./app_bg.js", "__wbg_log_12")]);
        torn.truncate(20);
        assert!(shorten(&torn, SCRIPT, "./app_bg.js").is_err());
    }

    #[test]
    fn comments_and_indentation_go_and_lines_stay() {
        let script = "/**\n * Says it.\n */\nfunction say() {\n    // loudly\n    return `a // b`\n}\n\n/* c */\nsay()\n";
        assert_eq!(
            without_comments(script).unwrap(),
            "function say() {\nreturn `a // b`\n}\nsay()\n"
        );
        assert!(without_comments("const a = `one\n  two`;\n").is_err());
    }
}
