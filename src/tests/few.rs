//! A list of which the first few items lie in place, beside a list that has them all in one.

use super::support::Seeded;
use crate::record::Few;

/// One of the list's verbs, on both.
fn turn(few: &mut Few<u32, 3>, all: &mut Vec<u32>, chance: &mut Seeded) {
    let item = chance.next() as u32;
    match chance.below(10) {
        0..5 => {
            few.push(item);
            all.push(item);
        }
        5 => {
            few.extend([item, 1, 2]);
            all.extend([item, 1, 2]);
        }
        6 => {
            let length = chance.below(all.len() + 2);
            few.truncate(length);
            all.truncate(length);
        }
        7 => {
            few.clear();
            all.clear();
        }
        8 => {
            few.clear_and_shrink(4);
            all.clear();
            assert!(!few.keeps_more_than(4));
        }
        _ => {
            for list in [&mut **few, &mut **all] {
                if let Some(last) = list.last_mut() {
                    *last = item;
                }
            }
        }
    }
    assert_eq!(few.len(), all.len());
    assert_eq!(**few, **all);
}

#[test]
fn a_list_in_place_is_a_list() {
    for seed in 0..300 {
        let mut chance = Seeded(seed);
        let (mut few, mut all) = (Few::new(0), Vec::new());
        for _ in 0..60 {
            turn(&mut few, &mut all, &mut chance);
        }
        assert_eq!(*few.clone(), *all);
    }
}
