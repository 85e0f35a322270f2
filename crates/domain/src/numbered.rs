//! Enumerations that lie in the database as small numbers.

/// A number in the database that stands for nothing this program knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the number {0} stands for nothing known")]
pub struct UnknownNumber(pub i16);

/// Gives an enumeration its numbers, both ways.
macro_rules! numbered {
    ($name:ident { $($variant:ident = $number:literal),+ $(,)? }) => {
        impl From<$name> for i16 {
            fn from(value: $name) -> Self {
                match value { $($name::$variant => $number),+ }
            }
        }

        impl TryFrom<i16> for $name {
            type Error = $crate::numbered::UnknownNumber;

            fn try_from(number: i16) -> Result<Self, Self::Error> {
                match number {
                    $($number => Ok(Self::$variant),)+
                    other => Err($crate::numbered::UnknownNumber(other)),
                }
            }
        }
    };
}
pub(crate) use numbered;
