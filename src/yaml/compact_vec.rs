//! A vector without room to spare: a build holds many small collections, and few of them ever grow.

use std::ops::{Deref, DerefMut};

/// A slice on the heap that can grow. Growing costs time in the number of members, so what grows member by member is
/// gathered in a [`Vec`] first, or changed with [`CompactVec::edit`].
#[derive(Clone, Debug)]
pub struct CompactVec<T>(Box<[T]>);

impl<T> CompactVec<T> {
    /// Adds a member at the end.
    pub fn push(&mut self, member: T) {
        self.edit(|members| {
            members.reserve_exact(1);
            members.push(member);
        });
    }

    /// Puts a member before the one at `position`.
    pub fn insert(&mut self, position: usize, member: T) {
        self.edit(|members| {
            members.reserve_exact(1);
            members.insert(position, member);
        });
    }

    /// Takes the member at `position` out.
    pub fn remove(&mut self, position: usize) -> T {
        self.edit(|members| members.remove(position))
    }

    /// Keeps the members that `wanted` accepts.
    pub fn retain(&mut self, wanted: impl FnMut(&mut T) -> bool) {
        self.edit(|members| members.retain_mut(wanted));
    }

    /// Changes the members as a [`Vec`].
    pub fn edit<R>(&mut self, change: impl FnOnce(&mut Vec<T>) -> R) -> R {
        let mut members = std::mem::take(&mut self.0).into_vec();
        let result = change(&mut members);
        self.0 = members.into_boxed_slice();
        result
    }

    /// All members, in order.
    pub fn into_vec(self) -> Vec<T> {
        self.0.into_vec()
    }
}

impl<T> Default for CompactVec<T> {
    fn default() -> Self {
        Self(Box::default())
    }
}

impl<T> From<Vec<T>> for CompactVec<T> {
    fn from(members: Vec<T>) -> Self {
        Self(members.into_boxed_slice())
    }
}

impl<T> Deref for CompactVec<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T> DerefMut for CompactVec<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.0
    }
}

impl<'a, T> IntoIterator for &'a mut CompactVec<T> {
    type Item = &'a mut T;
    type IntoIter = std::slice::IterMut<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_come_and_go_in_order() {
        let mut members = CompactVec::from(vec![1, 2]);
        members.push(3);
        members.insert(1, 9);
        assert_eq!(members.remove(0), 1);
        members.retain(|member| *member != 2);
        assert_eq!(members.into_vec(), [9, 3]);
    }
}
