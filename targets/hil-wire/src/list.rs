//! A short list that lives in its message, because devices have no heap.

use core::fmt;
use core::marker::PhantomData;

use serde::de::{Error, SeqAccess, Visitor};
use serde::ser::SerializeSeq;

/// Up to `N` values.
#[derive(Clone, Copy)]
pub struct List<T, const N: usize> {
    items: [T; N],
    len: usize,
}

impl<T: Copy + Default, const N: usize> List<T, N> {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self { items: [T::default(); N], len: 0 }
    }

    /// The first `N` of `values`; the rest is left out.
    #[must_use]
    pub fn of(values: &[T]) -> Self {
        let mut list = Self::new();
        for value in values.iter().take(N) {
            list.push(*value);
        }
        list
    }

    /// Adds a value at the end. False, and nothing added, when the list is full.
    pub fn push(&mut self, value: T) -> bool {
        match self.items.get_mut(self.len) {
            Some(place) => {
                *place = value;
                self.len += 1;
                true
            }
            None => false,
        }
    }

    /// Takes every value out.
    pub fn clear(&mut self) {
        self.len = 0;
    }
}

impl<T, const N: usize> List<T, N> {
    /// The values, in order.
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        self.items.get(..self.len).unwrap_or(&[])
    }

    /// Whether another value would not fit.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.len >= N
    }

    /// Whether there is no value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl<T: Copy + Default, const N: usize> Default for List<T, N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: PartialEq, const N: usize> PartialEq for List<T, N> {
    fn eq(&self, other: &Self) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl<T: fmt::Debug, const N: usize> fmt::Debug for List<T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.as_slice()).finish()
    }
}

impl<T: serde::Serialize, const N: usize> serde::Serialize for List<T, N> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sequence = serializer.serialize_seq(Some(self.len))?;
        for item in self.as_slice() {
            sequence.serialize_element(item)?;
        }
        sequence.end()
    }
}

impl<'de, T: serde::Deserialize<'de> + Copy + Default, const N: usize> serde::Deserialize<'de> for List<T, N> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ListVisitor(PhantomData))
    }
}

struct ListVisitor<T, const N: usize>(PhantomData<T>);

impl<'de, T: serde::Deserialize<'de> + Copy + Default, const N: usize> Visitor<'de> for ListVisitor<T, N> {
    type Value = List<T, N>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at most {N} values")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
        let mut list = List::new();
        while let Some(value) = sequence.next_element()? {
            if !list.push(value) {
                return Err(A::Error::invalid_length(N + 1, &self));
            }
        }
        Ok(list)
    }
}

#[cfg(test)]
mod tests {
    use super::List;

    #[test]
    fn a_full_list_takes_nothing_more() {
        let mut list: List<u8, 2> = List::new();
        assert!(list.push(1) && list.push(2) && list.is_full());
        assert!(!list.push(3));
        assert_eq!(list.as_slice(), [1, 2]);
        list.clear();
        assert!(list.is_empty());
    }

    #[test]
    fn a_list_that_is_too_long_for_its_type_does_not_decode() {
        let mut buffer = [0u8; 16];
        let bytes = postcard::to_slice(&List::<u8, 4>::of(&[1, 2, 3]), &mut buffer).unwrap();
        assert_eq!(postcard::from_bytes::<List<u8, 3>>(bytes).unwrap().as_slice(), [1, 2, 3]);
        assert!(postcard::from_bytes::<List<u8, 2>>(bytes).is_err());
    }
}
