use super::*;

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn each_role_has_one_line() {
    for role in Role::ALL {
        let lines = DOCUMENTS.iter().filter(|(of, _)| *of == role);
        assert_eq!(lines.count(), 1, "{role:?}");
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn nobody_writes_what_they_may_not_read() {
    for role in Role::ALL {
        for kind in Kind::ALL {
            let may = |right| may(role.into(), kind, right);
            assert!(may(Right::Read) || !may(Right::Write), "{role:?} {kind}");
            assert!(may(Right::Write) || !may(Right::Create), "{role:?} {kind}");
        }
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_guest_adds_needs_and_reads_sheets() {
    let guest = Role::Guest.into();
    assert!(may(guest, Kind::Needs, Right::Write));
    assert!(may(guest, Kind::JobSheet, Right::Read));
    assert!(!may(guest, Kind::JobSheet, Right::Write));
    assert!(!may_act(guest, Act::Invite(Role::Guest)));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn who_pays_or_controls_sees_no_person() {
    let observer = Role::Observer.into();
    assert!(!may_act(observer, Act::SeeMembers));
    assert!(!may(observer, Kind::Needs, Right::Read));
    assert!(!may(observer, Kind::JobSheet, Right::Read));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn no_role_is_no_right() {
    for kind in Kind::ALL {
        assert!(!may(Roles::NONE, kind, Right::Read));
    }
    assert!(!may_act(Roles::NONE, Act::SeeMembers));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn several_roles_add_up() {
    let both: Roles = [Role::Observer, Role::Guest].into_iter().collect();
    assert!(may(both, Kind::Needs, Right::Write));
    assert!(may_act(both, Act::SeeMembers));
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[test]
fn a_facilitator_fills_the_room_and_gives_no_power() {
    let facilitator = Role::Facilitator.into();
    assert!(may_act(facilitator, Act::Invite(Role::Guest)));
    assert!(may_act(facilitator, Act::Invite(Role::Volunteer)));
    for role in [Role::Partner, Role::Facilitator, Role::Team, Role::Observer] {
        assert!(!may_act(facilitator, Act::Invite(role)));
    }
    assert!(!may_act(facilitator, Act::Steward));
}
