/* The empty hooks of -finstrument-functions: what calling something costs by itself.
 * For bench/compare.
 */
void __cyg_profile_func_enter(void *function, void *site);
void __cyg_profile_func_exit(void *function, void *site);

void __cyg_profile_func_enter(void *function, void *site)
{
    (void)function, (void)site;
}

void __cyg_profile_func_exit(void *function, void *site)
{
    (void)function, (void)site;
}
