;; Its name is no text.
(module
  (memory (export "memory") 1)
  (global (export "plugix_metadata") i32 (i32.const 16))
  (func (export "_initialize"))
  (data (i32.const 16) "plgx" "\01\00\00\00"
    "\40\00\00\00" "\02\00\00\00" ;; name
    "\42\00\00\00" "\02\00\00\00" ;; version
    "\42\00\00\00" "\02\00\00\00" ;; description
    "\42\00\00\00" "\02\00\00\00") ;; SDK
  (data (i32.const 64) "\ff\feok"))
