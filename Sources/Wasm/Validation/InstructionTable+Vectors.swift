/// Instructions of vectors, after 0xFD.
extension InstructionTable {
    /// Memory, constants and lanes.
    var vectors: [InstructionFamily] {
        [
            load(0, "v128.load", 4),
            load(
                1,
                "v128.load8x8_s v128.load8x8_u v128.load16x4_s v128.load16x4_u v128.load32x2_s v128.load32x2_u",
                3
            ),
            load(7, "v128.load8_splat", 0),
            load(8, "v128.load16_splat", 1),
            load(9, "v128.load32_splat", 2),
            load(10, "v128.load64_splat", 3),
            .init(11, "v128.", "store", [.v128], shape: .memory, detail: 4),
            .init(12, "v128.const", .constantVector),
            .init(13, "i8x16.", "shuffle", [.v128, .v128], .v128, shape: .shuffle),
            .init(14, "i8x16.", "swizzle", [.v128, .v128], .v128),
            .init(15, "", "i8x16.splat i16x8.splat i32x4.splat", [.i32], .v128),
            .init(18, "i64x2.", "splat", [.i64], .v128),
            .init(19, "f32x4.", "splat", [.f32], .v128),
            .init(20, "f64x2.", "splat", [.f64], .v128),
            lane(21, "i8x16.extract_lane_s i8x16.extract_lane_u", [.v128], .i32, 16),
            lane(23, "i8x16.replace_lane", [.v128, .i32], .v128, 16),
            lane(24, "i16x8.extract_lane_s i16x8.extract_lane_u", [.v128], .i32, 8),
            lane(26, "i16x8.replace_lane", [.v128, .i32], .v128, 8),
            lane(27, "i32x4.extract_lane", [.v128], .i32, 4),
            lane(28, "i32x4.replace_lane", [.v128, .i32], .v128, 4),
            lane(29, "i64x2.extract_lane", [.v128], .i64, 2),
            lane(30, "i64x2.replace_lane", [.v128, .i64], .v128, 2),
            lane(31, "f32x4.extract_lane", [.v128], .f32, 4),
            lane(32, "f32x4.replace_lane", [.v128, .f32], .v128, 4),
            lane(33, "f64x2.extract_lane", [.v128], .f64, 2),
            lane(34, "f64x2.replace_lane", [.v128, .f64], .v128, 2),
            .init(84, "v128.", "load8_lane", [.v128], .v128, shape: .memoryLane, detail: 0),
            .init(85, "v128.", "load16_lane", [.v128], .v128, shape: .memoryLane, detail: 1),
            .init(86, "v128.", "load32_lane", [.v128], .v128, shape: .memoryLane, detail: 2),
            .init(87, "v128.", "load64_lane", [.v128], .v128, shape: .memoryLane, detail: 3),
            .init(88, "v128.", "store8_lane", [.v128], shape: .memoryLane, detail: 0),
            .init(89, "v128.", "store16_lane", [.v128], shape: .memoryLane, detail: 1),
            .init(90, "v128.", "store32_lane", [.v128], shape: .memoryLane, detail: 2),
            .init(91, "v128.", "store64_lane", [.v128], shape: .memoryLane, detail: 3),
            load(92, "v128.load32_zero", 2),
            load(93, "v128.load64_zero", 3),
        ]
    }

    var vectorArithmetic: [InstructionFamily] {
        let integers = "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u"
        let floats = "eq ne lt gt le ge"
        let sums = "add add_sat_s add_sat_u sub sub_sat_s sub_sat_u"
        let bounds = "min_s min_u max_s max_u"
        let floatSums = "add sub mul div min max pmin pmax"
        return [
            binary(35, "i8x16.", integers),
            binary(45, "i16x8.", integers),
            binary(55, "i32x4.", integers),
            binary(65, "f32x4.", floats),
            binary(71, "f64x2.", floats),
            unary(77, "v128.", "not"),
            binary(78, "v128.", "and andnot or xor"),
            ternary(82, "v128.", "bitselect"),
            test(83, "v128.", "any_true"),
            unary(94, "", "f32x4.demote_f64x2_zero f64x2.promote_low_f32x4"),
            unary(96, "i8x16.", "abs neg popcnt"),
            test(99, "i8x16.", "all_true bitmask"),
            binary(101, "i8x16.", "narrow_i16x8_s narrow_i16x8_u"),
            unary(103, "f32x4.", "ceil floor trunc nearest"),
            shift(107, "i8x16."),
            binary(110, "i8x16.", sums),
            unary(116, "f64x2.", "ceil floor"),
            binary(118, "i8x16.", bounds),
            unary(122, "f64x2.", "trunc"),
            binary(123, "i8x16.", "avgr_u"),
            unary(124, "i16x8.", "extadd_pairwise_i8x16_s extadd_pairwise_i8x16_u"),
            unary(126, "i32x4.", "extadd_pairwise_i16x8_s extadd_pairwise_i16x8_u"),
            unary(128, "i16x8.", "abs neg"),
            binary(130, "i16x8.", "q15mulr_sat_s"),
            test(131, "i16x8.", "all_true bitmask"),
            binary(133, "i16x8.", "narrow_i32x4_s narrow_i32x4_u"),
            unary(135, "i16x8.", extensions("extend", "i8x16")),
            shift(139, "i16x8."),
            binary(142, "i16x8.", sums),
            unary(148, "f64x2.", "nearest"),
            binary(149, "i16x8.", "mul " + bounds),
            binary(155, "i16x8.", "avgr_u " + extensions("extmul", "i8x16")),
            unary(160, "i32x4.", "abs neg"),
            test(163, "i32x4.", "all_true bitmask"),
            unary(167, "i32x4.", extensions("extend", "i16x8")),
            shift(171, "i32x4."),
            binary(174, "i32x4.", "add"),
            binary(177, "i32x4.", "sub"),
            binary(181, "i32x4.", "mul \(bounds) dot_i16x8_s"),
            binary(188, "i32x4.", extensions("extmul", "i16x8")),
            unary(192, "i64x2.", "abs neg"),
            test(195, "i64x2.", "all_true bitmask"),
            unary(199, "i64x2.", extensions("extend", "i32x4")),
            shift(203, "i64x2."),
            binary(206, "i64x2.", "add"),
            binary(209, "i64x2.", "sub"),
            binary(213, "i64x2.", "mul eq ne lt_s gt_s le_s ge_s " + extensions("extmul", "i32x4")),
            unary(224, "f32x4.", "abs neg"),
            unary(227, "f32x4.", "sqrt"),
            binary(228, "f32x4.", floatSums),
            unary(236, "f64x2.", "abs neg"),
            unary(239, "f64x2.", "sqrt"),
            binary(240, "f64x2.", floatSums),
            unary(248, "i32x4.", "trunc_sat_f32x4_s trunc_sat_f32x4_u"),
            unary(250, "f32x4.", "convert_i32x4_s convert_i32x4_u"),
            unary(252, "i32x4.", "trunc_sat_f64x2_s_zero trunc_sat_f64x2_u_zero"),
            unary(254, "f64x2.", "convert_low_i32x4_s convert_low_i32x4_u"),
        ]
    }

    var relaxedVectors: [InstructionFamily] {
        let relaxed = ModuleFeature.relaxedSIMD
        let conversions =
            "relaxed_trunc_f32x4_s relaxed_trunc_f32x4_u relaxed_trunc_f64x2_s_zero relaxed_trunc_f64x2_u_zero"
        return [
            binary(256, "i8x16.", "relaxed_swizzle", relaxed),
            unary(257, "i32x4.", conversions, relaxed),
            ternary(261, "f32x4.", "relaxed_madd relaxed_nmadd", relaxed),
            ternary(263, "f64x2.", "relaxed_madd relaxed_nmadd", relaxed),
            ternary(265, "i8x16.", "relaxed_laneselect", relaxed),
            ternary(266, "i16x8.", "relaxed_laneselect", relaxed),
            ternary(267, "i32x4.", "relaxed_laneselect", relaxed),
            ternary(268, "i64x2.", "relaxed_laneselect", relaxed),
            binary(269, "f32x4.", "relaxed_min relaxed_max", relaxed),
            binary(271, "f64x2.", "relaxed_min relaxed_max", relaxed),
            binary(273, "i16x8.", "relaxed_q15mulr_s relaxed_dot_i8x16_i7x16_s", relaxed),
            ternary(275, "i32x4.", "relaxed_dot_i8x16_i7x16_add_s", relaxed),
        ]
    }

    private func extensions(_ verb: String, _ source: String) -> String {
        ["low", "high"].map { "\(verb)_\($0)_\(source)_s" }.joined(separator: " ") + " "
            + ["low", "high"].map { "\(verb)_\($0)_\(source)_u" }.joined(separator: " ")
    }

    private func unary(
        _ code: Int,
        _ group: String,
        _ names: String,
        _ feature: ModuleFeature? = nil
    ) -> InstructionFamily {
        .init(code, group, names, [.v128], .v128, feature: feature)
    }

    private func binary(
        _ code: Int,
        _ group: String,
        _ names: String,
        _ feature: ModuleFeature? = nil
    ) -> InstructionFamily {
        .init(code, group, names, [.v128, .v128], .v128, feature: feature)
    }

    private func ternary(
        _ code: Int,
        _ group: String,
        _ names: String,
        _ feature: ModuleFeature? = nil
    ) -> InstructionFamily {
        .init(code, group, names, [.v128, .v128, .v128], .v128, feature: feature)
    }

    private func test(_ code: Int, _ group: String, _ names: String) -> InstructionFamily {
        .init(code, group, names, [.v128], .i32)
    }

    private func shift(_ code: Int, _ group: String) -> InstructionFamily {
        .init(code, group, "shl shr_s shr_u", [.v128, .i32], .v128)
    }

    private func load(_ code: Int, _ names: String, _ width: Int) -> InstructionFamily {
        .init(code, "", names, [], .v128, shape: .memory, detail: width)
    }

    private func lane(
        _ code: Int,
        _ names: String,
        _ operands: [StackType],
        _ result: StackType,
        _ count: Int
    ) -> InstructionFamily {
        .init(code, "", names, operands, result, shape: .lane, detail: count)
    }
}
