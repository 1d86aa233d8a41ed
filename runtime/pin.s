# Keeps a shared object that made the process's state from being unloaded.
# Appended by the plugin to objects for shared objects only: a mention of dlopen
# makes the linker warn when a static program is linked.
	.ifndef .Lcprof_pin_said
	.section .text.cprof_pin,"axG",@progbits,__cprof_pin_1,comdat
	.weak __cprof_pin
	.hidden __cprof_pin
	.type __cprof_pin, @function
	.weak dlopen
__cprof_pin:
	.cfi_startproc
	movq dlopen@GOTPCREL(%rip), %rdi
	jmp __cprof_pin_with
	.cfi_endproc
	.size __cprof_pin, . - __cprof_pin
.Lcprof_pin_said:
	.endif
	.text
