//! Which compressed copy of a file a browser is sent (RFC 9110, section 12.5.3).

/// A content coding that files are kept in beside themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// Brotli (RFC 7932).
    Brotli,
    /// gzip (RFC 1952).
    Gzip,
}

impl Coding {
    /// All of them, the smallest result first.
    pub(super) const ALL: [Self; 2] = [Self::Brotli, Self::Gzip];

    /// The name in `Accept-Encoding` and `Content-Encoding`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }

    /// What the name of a file kept in this coding ends with.
    pub(super) fn suffix(self) -> &'static str {
        match self {
            Self::Brotli => ".br",
            Self::Gzip => ".gz",
        }
    }

    /// Whether an `Accept-Encoding` header allows it.
    pub(super) fn is_accepted(self, accepted: &str) -> bool {
        let mut by_wildcard = false;
        for item in accepted.split(',') {
            let mut parts = item.split(';');
            let name = parts.next().unwrap_or_default().trim();
            let refused = parts.any(|parameter| is_zero(parameter.trim()));
            if name.eq_ignore_ascii_case(self.name()) {
                return !refused;
            }
            if name == "*" {
                by_wildcard = !refused;
            }
        }
        by_wildcard
    }
}

/// Whether a parameter is `q=0`, `q=0.0` and so on.
fn is_zero(parameter: &str) -> bool {
    parameter
        .strip_prefix("q=")
        .or_else(|| parameter.strip_prefix("Q="))
        .and_then(|weight| weight.trim().parse::<f32>().ok())
        .is_some_and(|weight| weight <= 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coding_is_used_only_where_it_is_accepted() {
        assert!(Coding::Brotli.is_accepted("gzip, deflate, br, zstd"));
        assert!(Coding::Gzip.is_accepted("GZIP;q=0.5"));
        assert!(Coding::Gzip.is_accepted("br;q=1.0, *;q=0.1"));
        assert!(!Coding::Brotli.is_accepted("gzip"));
        assert!(!Coding::Brotli.is_accepted("br;q=0, *"));
        assert!(!Coding::Brotli.is_accepted("gzip, *; q=0.0"));
        assert!(!Coding::Brotli.is_accepted(""));
    }
}
