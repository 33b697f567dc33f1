;; Has a memory that it shows to nobody.
(module
  (memory 1)
  (func (export "_initialize")))
