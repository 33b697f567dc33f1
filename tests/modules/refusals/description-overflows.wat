;; The pointer and the length of its description add up to more than 32 bits. With 32 bits the sum is 1.
(module
  (memory (export "memory") 1)
  (global (export "plugix_metadata") i32 (i32.const 16))
  (func (export "_initialize"))
  (data (i32.const 16) "plgx" "\01\00\00\00"
    "\40\00\00\00" "\02\00\00\00" ;; name
    "\40\00\00\00" "\02\00\00\00" ;; version
    "\ff\ff\ff\ff" "\02\00\00\00" ;; description
    "\40\00\00\00" "\02\00\00\00") ;; SDK
  (data (i32.const 64) "ok"))
