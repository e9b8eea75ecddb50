// What the theme leaves out for those who use a keyboard or a screen reader.
function mend() {
  for (const toggle of document.querySelectorAll('a[data-bs-toggle]:not([role])')) {
    toggle.setAttribute('role', 'button')
    toggle.setAttribute('tabindex', '0')
    toggle.setAttribute('aria-label', toggle.title || toggle.textContent.trim())
  }
  for (const wide of document.querySelectorAll('pre code:not([tabindex]), article table:not([tabindex])')) {
    if (wide.scrollWidth > wide.clientWidth)
      wide.setAttribute('tabindex', '0')
  }
}

export default {
  iconLinks: [{ icon: 'github', href: 'https://github.com/eosmlnet/eosmlnet', title: 'The source' }],
  start: () => {
    new MutationObserver(mend).observe(document.body, { childList: true, subtree: true })
    addEventListener('resize', mend)
    mend()
  },
}
