;; The scores of one query with a run of keys, four keys at a time, four dimensions of each: products and sums in float32.
;; `npm run wasm` writes it into src/lib/trace/pyramid/score-keys.wasm.ts.
(module
  (memory (export "memory") 1)

  ;; The sum of the four numbers of each of two vectors, in float64.
  (func $sums (param $a v128) (param $b v128) (result v128)
    (local.set $a
      (f64x2.add
        (f64x2.promote_low_f32x4 (local.get $a))
        (f64x2.promote_low_f32x4 (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $a) (local.get $a)))))
    (local.set $b
      (f64x2.add
        (f64x2.promote_low_f32x4 (local.get $b))
        (f64x2.promote_low_f32x4 (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $b) (local.get $b)))))
    (f64x2.add
      (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $a) (local.get $b))
      (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $a) (local.get $b))))

  ;; Two queries at once, one after the other at $query, as each key is then read once for both. Places are bytes. A vector is $bytes long, a
  ;; multiple of 16; $end is where the first query's last score ends, as many as a multiple of four; the second's are $apart later.
  (func (export "score")
    (param $query i32) (param $key i32) (param $bytes i32)
    (param $out i32) (param $end i32) (param $apart i32) (param $scale f64)
    (local $i i32) (local $x v128) (local $y v128) (local $k v128) (local $scales v128)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local $e v128) (local $f v128) (local $g v128) (local $h v128)
    (local $queryB i32) (local $keyB i32) (local $keyC i32) (local $keyD i32) (local $outB i32)
    (local.set $queryB (i32.add (local.get $query) (local.get $bytes)))
    (local.set $scales (f64x2.splat (local.get $scale)))
    (loop $keys
      (local.set $keyB (i32.add (local.get $key) (local.get $bytes)))
      (local.set $keyC (i32.add (local.get $keyB) (local.get $bytes)))
      (local.set $keyD (i32.add (local.get $keyC) (local.get $bytes)))
      (local.set $a (v128.const f32x4 0 0 0 0))
      (local.set $b (local.get $a))
      (local.set $c (local.get $a))
      (local.set $d (local.get $a))
      (local.set $e (local.get $a))
      (local.set $f (local.get $a))
      (local.set $g (local.get $a))
      (local.set $h (local.get $a))
      (local.set $i (i32.const 0))
      (loop $dims
        (local.set $x (v128.load (i32.add (local.get $query) (local.get $i))))
        (local.set $y (v128.load (i32.add (local.get $queryB) (local.get $i))))
        (local.set $k (v128.load (i32.add (local.get $key) (local.get $i))))
        (local.set $a (f32x4.add (local.get $a) (f32x4.mul (local.get $x) (local.get $k))))
        (local.set $e (f32x4.add (local.get $e) (f32x4.mul (local.get $y) (local.get $k))))
        (local.set $k (v128.load (i32.add (local.get $keyB) (local.get $i))))
        (local.set $b (f32x4.add (local.get $b) (f32x4.mul (local.get $x) (local.get $k))))
        (local.set $f (f32x4.add (local.get $f) (f32x4.mul (local.get $y) (local.get $k))))
        (local.set $k (v128.load (i32.add (local.get $keyC) (local.get $i))))
        (local.set $c (f32x4.add (local.get $c) (f32x4.mul (local.get $x) (local.get $k))))
        (local.set $g (f32x4.add (local.get $g) (f32x4.mul (local.get $y) (local.get $k))))
        (local.set $k (v128.load (i32.add (local.get $keyD) (local.get $i))))
        (local.set $d (f32x4.add (local.get $d) (f32x4.mul (local.get $x) (local.get $k))))
        (local.set $h (f32x4.add (local.get $h) (f32x4.mul (local.get $y) (local.get $k))))
        (br_if $dims
          (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 16))) (local.get $bytes))))
      (local.set $outB (i32.add (local.get $out) (local.get $apart)))
      (v128.store (local.get $out)
        (f64x2.mul (local.get $scales) (call $sums (local.get $a) (local.get $b))))
      (v128.store offset=16 (local.get $out)
        (f64x2.mul (local.get $scales) (call $sums (local.get $c) (local.get $d))))
      (v128.store (local.get $outB)
        (f64x2.mul (local.get $scales) (call $sums (local.get $e) (local.get $f))))
      (v128.store offset=16 (local.get $outB)
        (f64x2.mul (local.get $scales) (call $sums (local.get $g) (local.get $h))))
      (local.set $key (i32.add (local.get $keyD) (local.get $bytes)))
      (br_if $keys
        (i32.lt_u (local.tee $out (i32.add (local.get $out) (i32.const 32))) (local.get $end)))))

  ;; The largest of the scores from $at to $end; NaN is passed over.
  (func (export "largest") (param $at i32) (param $end i32) (result f64)
    (local $most v128)
    (local.set $most (f64x2.splat (f64.const -inf)))
    (block $done
      (loop $pairs
        (br_if $done (i32.gt_u (i32.add (local.get $at) (i32.const 16)) (local.get $end)))
        (local.set $most (f64x2.pmax (local.get $most) (v128.load (local.get $at))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $pairs)))
    (if (i32.lt_u (local.get $at) (local.get $end))
      (then (local.set $most (f64x2.pmax (local.get $most) (v128.load64_splat (local.get $at))))))
    (f64x2.extract_lane 0
      (f64x2.pmax (local.get $most)
        (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $most) (local.get $most)))))

  ;; The sum of exp(score - $less) from $at to $end: the powers in float32, to their last digits, their sum in float64. exp(x) is
  ;; 2^n * exp(r) with x = n * ln 2 + r, n whole, so that |r| <= ln 2 / 2: Taylor's series to r^7 is off by 5e-9 at most. It is 0 where
  ;; x < -87, infinity where x > 88.
  (func (export "sumOfExp") (param $at i32) (param $end i32) (param $less f64) (result f64)
    (local $sum v128) (local $lesses v128) (local $x v128) (local $n v128) (local $r v128) (local $power v128)
    (local.set $lesses (f64x2.splat (local.get $less)))
    (loop $fours
      (local.set $x
        (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23
          (f32x4.demote_f64x2_zero (f64x2.sub (v128.load (local.get $at)) (local.get $lesses)))
          (f32x4.demote_f64x2_zero (f64x2.sub (v128.load offset=16 (local.get $at)) (local.get $lesses)))))
      (local.set $r
        (f32x4.min (f32x4.max (local.get $x) (v128.const f32x4 -87 -87 -87 -87)) (v128.const f32x4 88 88 88 88)))
      (local.set $n (f32x4.nearest (f32x4.mul (local.get $r) (v128.const f32x4 1.44269504 1.44269504 1.44269504 1.44269504))))
      ;; ln 2 in two parts, the first with so few digits that n times it is exact.
      (local.set $r (f32x4.sub (local.get $r) (f32x4.mul (local.get $n) (v128.const f32x4 0.693359375 0.693359375 0.693359375 0.693359375))))
      (local.set $r (f32x4.add (local.get $r) (f32x4.mul (local.get $n) (v128.const f32x4 2.12194440e-4 2.12194440e-4 2.12194440e-4 2.12194440e-4))))
      (local.set $power (v128.const f32x4 1.98412698e-4 1.98412698e-4 1.98412698e-4 1.98412698e-4))
      (local.set $power (f32x4.add (f32x4.mul (local.get $power) (local.get $r)) (v128.const f32x4 1.38888889e-3 1.38888889e-3 1.38888889e-3 1.38888889e-3)))
      (local.set $power (f32x4.add (f32x4.mul (local.get $power) (local.get $r)) (v128.const f32x4 8.33333333e-3 8.33333333e-3 8.33333333e-3 8.33333333e-3)))
      (local.set $power (f32x4.add (f32x4.mul (local.get $power) (local.get $r)) (v128.const f32x4 4.16666667e-2 4.16666667e-2 4.16666667e-2 4.16666667e-2)))
      (local.set $power (f32x4.add (f32x4.mul (local.get $power) (local.get $r)) (v128.const f32x4 0.166666667 0.166666667 0.166666667 0.166666667)))
      (local.set $power (f32x4.add (f32x4.mul (local.get $power) (local.get $r)) (v128.const f32x4 0.5 0.5 0.5 0.5)))
      (local.set $power (f32x4.add (f32x4.mul (local.get $power) (local.get $r)) (v128.const f32x4 1 1 1 1)))
      (local.set $power (f32x4.add (f32x4.mul (local.get $power) (local.get $r)) (v128.const f32x4 1 1 1 1)))
      (local.set $power
        (f32x4.mul
          (local.get $power)
          (i32x4.shl
            (i32x4.add (i32x4.trunc_sat_f32x4_s (local.get $n)) (v128.const i32x4 127 127 127 127))
            (i32.const 23))))
      (local.set $power
        (v128.bitselect
          (v128.const f32x4 inf inf inf inf)
          (v128.andnot (local.get $power) (f32x4.lt (local.get $x) (v128.const f32x4 -87 -87 -87 -87)))
          (f32x4.gt (local.get $x) (v128.const f32x4 88 88 88 88))))
      ;; What lies beyond the end counts nothing.
      (local.set $power
        (v128.and
          (local.get $power)
          (i32x4.gt_s (i32x4.splat (i32.sub (local.get $end) (local.get $at))) (v128.const i32x4 0 8 16 24))))
      (local.set $sum
        (f64x2.add
          (local.get $sum)
          (f64x2.add
            (f64x2.promote_low_f32x4 (local.get $power))
            (f64x2.promote_low_f32x4
              (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $power) (local.get $power))))))
      (br_if $fours
        (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 32))) (local.get $end))))
    (f64.add
      (f64x2.extract_lane 0 (local.get $sum))
      (f64x2.extract_lane 1 (local.get $sum)))))
