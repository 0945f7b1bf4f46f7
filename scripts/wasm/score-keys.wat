;; The scores of one query with a run of keys, four keys at a time, four dimensions of each: products and sums in float32.
;; `npm run wasm` writes it into src/lib/trace/pyramid/score-keys.wasm.ts.
(module
  (memory (export "memory") 1)

  (func $sum (param $v v128) (result f64)
    (f64.add
      (f64.add
        (f64.promote_f32 (f32x4.extract_lane 0 (local.get $v)))
        (f64.promote_f32 (f32x4.extract_lane 1 (local.get $v))))
      (f64.add
        (f64.promote_f32 (f32x4.extract_lane 2 (local.get $v)))
        (f64.promote_f32 (f32x4.extract_lane 3 (local.get $v))))))

  ;; Places are bytes. A vector is $bytes long, a multiple of 16; $end is where the last score ends, as many as a multiple of four.
  (func (export "score")
    (param $query i32) (param $key i32) (param $bytes i32) (param $out i32) (param $end i32) (param $scale f64)
    (local $i i32) (local $x v128)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local $keyB i32) (local $keyC i32) (local $keyD i32)
    (loop $keys
      (local.set $keyB (i32.add (local.get $key) (local.get $bytes)))
      (local.set $keyC (i32.add (local.get $keyB) (local.get $bytes)))
      (local.set $keyD (i32.add (local.get $keyC) (local.get $bytes)))
      (local.set $a (v128.const f32x4 0 0 0 0))
      (local.set $b (local.get $a))
      (local.set $c (local.get $a))
      (local.set $d (local.get $a))
      (local.set $i (i32.const 0))
      (loop $dims
        (local.set $x (v128.load (i32.add (local.get $query) (local.get $i))))
        (local.set $a (f32x4.add (local.get $a)
          (f32x4.mul (local.get $x) (v128.load (i32.add (local.get $key) (local.get $i))))))
        (local.set $b (f32x4.add (local.get $b)
          (f32x4.mul (local.get $x) (v128.load (i32.add (local.get $keyB) (local.get $i))))))
        (local.set $c (f32x4.add (local.get $c)
          (f32x4.mul (local.get $x) (v128.load (i32.add (local.get $keyC) (local.get $i))))))
        (local.set $d (f32x4.add (local.get $d)
          (f32x4.mul (local.get $x) (v128.load (i32.add (local.get $keyD) (local.get $i))))))
        (br_if $dims
          (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 16))) (local.get $bytes))))
      (f64.store (local.get $out) (f64.mul (local.get $scale) (call $sum (local.get $a))))
      (f64.store offset=8 (local.get $out) (f64.mul (local.get $scale) (call $sum (local.get $b))))
      (f64.store offset=16 (local.get $out) (f64.mul (local.get $scale) (call $sum (local.get $c))))
      (f64.store offset=24 (local.get $out) (f64.mul (local.get $scale) (call $sum (local.get $d))))
      (local.set $key (i32.add (local.get $keyD) (local.get $bytes)))
      (br_if $keys
        (i32.lt_u (local.tee $out (i32.add (local.get $out) (i32.const 32))) (local.get $end))))))
