;; Makes a table larger. There is room to do it once: "grown", and then "full!".
(module
  (memory (export "memory") 1)
  (table $table 10 funcref)
  (global (export "plugix_metadata") i32 (i32.const 16))
  (data (i32.const 16) "plgx" "\01\00\00\00"
    "\40\00\00\00\02\00\00\00" "\42\00\00\00\01\00\00\00" "\00\00\00\00\00\00\00\00" "\00\00\00\00\00\00\00\00")
  (data (i32.const 64) "by1")
  (func (export "_initialize"))
  (func (export "plugix_frame_new") (param i32) (result i32) (i32.const 1024))
  (func (export "plugix_frame_free") (param i32))
  (func (export "plugix_result_free"))
  (data (i32.const 128) "grownfull!")
  (func (export "plugix:grow") (param $frame i32) (result i32)
    (i32.store offset=16 (local.get $frame)
      (select (i32.const 133) (i32.const 128)
        (i32.eq (table.grow $table (ref.null func) (i32.const 90)) (i32.const -1))))
    (i32.store offset=20 (local.get $frame) (i32.const 5))
    (i32.const 0)))
