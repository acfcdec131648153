// Before the first paint: the theme and the language of the last visit (the policy forbids inline scripts).
(function () {
  var theme = localStorage.getItem('ovoz.theme') || 'system';
  var dark = theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  document.documentElement.lang = localStorage.getItem('ovoz.locale') || 'ru';
})();
