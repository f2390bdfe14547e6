// What has to happen in the browser itself: choices kept in cookies, folding, the skip link, the palette's key.
(() => {
  const root = document.documentElement;
  const keep = (name, value) => {
    const age = value ? 31536000 : 0;
    document.cookie = `portal.${name}=${encodeURIComponent(value)}; path=/; max-age=${age}; samesite=lax`;
  };
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) keep('zone', zone);

  let palette = null;
  window.portal = {
    choose(what, value) {
      if (what === 'language') {
        keep('culture', `c=${value}|uic=${value}`);
        location.reload();
      } else {
        keep('theme', value);
        if (value) root.dataset.theme = value; else delete root.dataset.theme;
        document.dispatchEvent(new Event('portal-theme'));
      }
    },
    copy: text => navigator.clipboard.writeText(text),
    onPalette(page) {
      palette = page;
      root.dataset.ready = '';
    },
    show: id => document.getElementById(id)?.scrollIntoView({ block: 'nearest' }),
    focus: id => document.getElementById(id)?.focus(),
  };

  document.addEventListener('click', event => {
    const target = event.target.closest('[data-skip], [data-nav-toggle], [data-language]');
    if (!target) return;
    if ('skip' in target.dataset) {
      event.preventDefault();
      event.stopPropagation();
      document.getElementById('main').focus();
    } else if ('language' in target.dataset) {
      portal.choose('language', target.dataset.language);
    } else if (root.dataset.nav === 'folded') {
      delete root.dataset.nav;
      keep('nav', '');
    } else {
      root.dataset.nav = 'folded';
      keep('nav', 'folded');
    }
  }, true);

  document.addEventListener('keydown', event => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k' && palette) {
      event.preventDefault();
      palette.invokeMethodAsync('Open');
    }
  });
})();
