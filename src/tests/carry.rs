//! The room of bytes that outlive an input, beside a model that forgets nothing and moves everything.

use super::support::Seeded;
use crate::carry::Carry;
use crate::keep;

/// What may be read again, and what is still to be read.
#[derive(Default)]
struct Model {
    read: Vec<u8>,
    unread: Vec<u8>,
}

/// One of the room's verbs, on both.
fn turn(carry: &mut Carry, model: &mut Model, chance: &mut Seeded) {
    let some = chance.below(model.unread.len() + 1);
    match chance.below(12) {
        0..5 => {
            let longest = [2, 40, 3000][chance.below(3)];
            let more: Vec<u8> = (0..chance.below(longest)).map(|_| chance.next() as u8).collect();
            carry.push(&more);
            model.read.clear();
            model.unread.extend(more);
        }
        5..9 => {
            // Now and then more than there is.
            carry.consume(if chance.below(8) == 0 && some == model.unread.len() { some + 9 } else { some });
            model.read.extend(model.unread.drain(..some));
        }
        9 => {
            carry.append_to_read(b'+');
            model.read.push(b'+');
        }
        10 => {
            let from = chance.below(some + 1);
            let may = model.unread.len() - some <= some - from + 8;
            assert_eq!(
                carry.remove_if_few_follow(from, some),
                may,
                "{from}..{some} of {}",
                model.unread.len()
            );
            if may {
                model.unread.drain(from..some);
            }
        }
        _ => {
            let is_swollen = carry.is_swollen();
            carry.clear_and_shrink_if_swollen();
            if is_swollen {
                model.read.clear();
            }
        }
    }
}

#[test]
fn what_is_kept_is_what_came_and_was_not_taken() {
    for seed in 0..200 {
        let (mut carry, mut model, mut chance) = (Carry::default(), Model::default(), Seeded(seed));
        for _ in 0..200 {
            turn(&mut carry, &mut model, &mut chance);
            assert_eq!(carry.bytes(), model.unread, "seed {seed}");
            assert_eq!((carry.len(), carry.is_empty()), (model.unread.len(), model.unread.is_empty()));
            assert_eq!(carry.last_read(model.read.len()), model.read, "seed {seed}");
        }
        carry.clear_and_shrink();
        assert!(carry.is_empty() && carry.last_read(1).is_empty() && carry.kept() <= keep::BYTES);
    }
}

/// The first cut makes room for most events; from there room grows by a part of itself, so a byte is moved a constant number
/// of times.
#[test]
fn room_grows_by_a_part_of_itself() {
    let mut carry = Carry::default();
    carry.push(b"d");
    let first = carry.kept();
    assert!((256..1024).contains(&first), "{first}");
    let (mut room, mut growths) = (first, 0);
    for _ in 0..1 << 18 {
        let had_room = carry.has_room_for_byte();
        carry.push(b"d");
        assert_eq!(had_room, carry.kept() == room, "at {room}");
        growths += usize::from(carry.kept() != room);
        room = carry.kept();
    }
    assert!((4..40).contains(&growths) && room <= 1 << 19, "{growths} times, to {room}");
    carry.consume(1);
    assert!(!carry.has_room_for_byte(), "what was read is moved first");
}

/// What was read gives way: the room follows what is unread, and not all that ever came.
#[test]
fn what_was_read_gives_way() {
    let mut carry = Carry::default();
    for _ in 0..10_000 {
        carry.push(&[b'd'; 400]);
        carry.consume(carry.len() - 100);
    }
    assert!(carry.kept() <= 2048, "{}", carry.kept());
}

/// A buffer that one big event blew up is given back once nothing of it is unread, and only then.
#[test]
fn what_a_big_event_took_is_given_back_once_it_is_empty() {
    let mut carry = Carry::default();
    carry.push(&vec![b'd'; keep::BYTES + 1]);
    carry.consume(keep::BYTES);
    carry.clear_and_shrink_if_swollen();
    assert!(!carry.is_swollen() && carry.len() == 1);
    carry.consume(1);
    assert!(carry.is_swollen());
    carry.clear_and_shrink_if_swollen();
    assert!(!carry.is_swollen() && carry.kept() <= keep::BYTES);
}
