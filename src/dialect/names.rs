//! How the names of an object's members are looked up: a whole name, or what is ahead.
//!
//! Knows: how JSON writes a name. Must not know: any name.

/// The names of an object's members, and what each is.
pub(crate) trait Names {
    type Key;

    /// What the member of this name is.
    fn key(&self, name: &[u8]) -> Self::Key;

    /// The same if what is ahead, after the name's opening quote, is a common name, its closing quote and a colon; and what
    /// follows them. It is as long as the table says, so nobody looks for its end, nor waits for where that is.
    #[inline(always)]
    fn strip_common_name_and_colon<'a>(&self, _ahead: &'a [u8]) -> Option<(Self::Key, &'a [u8])> {
        None
    }
}

/// Names that a function looks up.
pub(crate) struct ByName<F>(pub(crate) F);

impl<K, F: Fn(&[u8]) -> K> Names for ByName<F> {
    type Key = K;

    #[inline(always)]
    fn key(&self, name: &[u8]) -> K {
        (self.0)(name)
    }
}

/// Names from a list: each is its ordinal. An error that the list has not is one beyond the last.
pub(crate) struct Listed<'n, const N: usize>(pub(crate) &'n [&'n str; N]);

impl<const N: usize> Names for Listed<'_, N> {
    type Key = Option<usize>;

    #[inline(always)]
    fn key(&self, name: &[u8]) -> Option<usize> {
        let known = self.0.iter().position(|known| known.as_bytes() == name);
        known.or_else(|| (name == super::errors::ERROR_MEMBER).then_some(N))
    }

    #[inline(always)]
    fn strip_common_name_and_colon<'a>(&self, ahead: &'a [u8]) -> Option<(Option<usize>, &'a [u8])> {
        let known = |(ordinal, name): (usize, &&str)| match ahead.strip_prefix(name.as_bytes()) {
            Some([b'"', b':', rest @ ..]) => Some((Some(ordinal), rest)),
            _ => None,
        };
        self.0.iter().enumerate().find_map(known)
    }
}

/// A table: the common names, in the order in which they are usually written, then all others.
macro_rules! names {
    (
        $(#[$doc:meta])*
        $table:ident: $key:ty {
            common { $($common:literal => $common_key:expr,)* }
            $($($name:literal)|+ => $name_key:expr,)*
            _ => $other:expr,
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub(crate) struct $table;

        impl Names for $table {
            type Key = $key;

            fn key(&self, name: &[u8]) -> $key {
                match name {
                    $($($name)|+ => $name_key,)*
                    $(_ if name == $common.as_bytes() => $common_key,)*
                    _ => $other,
                }
            }

            #[inline(always)]
            fn strip_common_name_and_colon<'a>(&self, ahead: &'a [u8]) -> Option<($key, &'a [u8])> {
                $(if let Some(rest) = ahead.strip_prefix(concat!($common, "\":").as_bytes()) {
                    return Some(($common_key, rest));
                })*
                None
            }
        }
    };
}
pub(super) use names;
