"""Which tests make each fault of a drawing happen: the table, held true by a test."""

from __future__ import annotations

import importlib

import pytest

#: Fault, and the tests that make it happen (module of this folder: functions).
ROWS = {
    "1 cut off": {
        "test_plans": ["test_cut_off_file_is_refused_with_place", "test_recovery_that_lost_entities_is_not_trusted"],
        "test_commands": ["test_a_drawing_that_cannot_be_used_leaves_nothing"],
    },
    "2 circular block references": {"test_plans": ["test_circular_blocks_are_left_out_and_named"]},
    "3 a million leaves": {
        "test_plans": [
            "test_million_leaves_are_counted_not_unfolded",
            "test_minsert_of_a_thousand_million_is_refused",
            "test_a_raised_limit_lets_it_through",
        ],
        "test_commands": ["test_a_drawing_that_cannot_be_used_leaves_nothing"],
    },
    "4 blocks nested too deep": {"test_plans": ["test_three_thousand_nested_blocks_stop_at_the_depth_limit"]},
    "5 numbers that are none": {
        "test_plans": ["test_unusable_coordinates_are_left_out_and_listed", "test_a_value_that_is_no_number_is_listed"],
        "test_hostile_entities": ["test_a_wrong_value_anywhere_is_met", "test_an_entity_that_cannot_be_read_is_named"],
    },
    "6 too large": {
        "test_plans": ["test_three_hundred_megabytes_are_refused_beforehand", "test_progress_is_told"],
    },
    "7 old and binary versions": {
        "test_plans": [
            "test_every_version_gives_the_same_rooms",
            "test_binary_dxf_is_read",
            "test_r13_and_r14_are_read",
        ],
    },
    "8 wrong code page": {
        "test_plans": [
            "test_gbk_declared_as_ansi_1252_is_flagged",
            "test_western_labels_are_not_suspected",
            "test_cyrillic_and_utf8_under_cp1252_are_recognised",
            "test_unknown_encoding_is_refused",
        ],
    },
    "9 unresolved references, proxies": {
        "test_plans": [
            "test_unresolved_reference_is_named_and_never_opened",
            "test_proxies_and_solids_are_counted",
        ],
    },
    "10 wrong or absent unit": {
        "test_plans": [
            "test_wrong_or_absent_unit_stops_and_asks",
            "test_walls_alone_do_not_tell_inch_from_centimetre",
            "test_right_unit_needs_no_asking",
        ],
        "test_commands": ["test_a_drawing_that_cannot_be_used_leaves_nothing"],
    },
    "11 not a drawing": {
        "test_plans": [
            "test_other_files_are_named",
            "test_folder_pipe_device_and_absence",
            "test_drawing_without_anything_is_refused",
        ],
        "test_commands": ["test_a_drawing_that_cannot_be_used_leaves_nothing"],
    },
    "12 many views, far away": {
        "test_plans": [
            "test_a_millimetre_is_kept_at_500_km",
            "test_storeys_side_by_side_are_told_apart_and_a_window_chooses",
        ],
    },
    "18 one name twice, storeys that overlap": {
        "test_plans": ["test_a_room_there_twice_is_named_with_both_places"],
        "test_storeys": [
            "test_a_storey_name_there_twice_is_named_with_both_places",
            "test_storeys_that_overlap_are_named",
            "test_both_faults_are_told_at_once",
            "test_a_statement_of_a_room_that_is_there_twice_asks_for_a_place",
        ],
    },
}


@pytest.mark.parametrize("row", ROWS)
def test_each_fault_has_its_tests(row: str) -> None:
    assert ROWS[row]
    for module, names in ROWS[row].items():
        there = importlib.import_module(f"tests.faults.{module}")
        assert names
        for name in names:
            assert callable(getattr(there, name)), f"{module}.{name}"
