// A link to a confirmation page opens the dialog of the same question; with a modifier key it stays a link.

for (const link of document.querySelectorAll('a[data-dialog]')) {
  const dialog = document.getElementById(link.dataset.dialog);
  if (!dialog?.showModal) continue;
  link.setAttribute('aria-haspopup', 'dialog'); // said once it is true: before, the link leads to the page
  link.addEventListener('click', event => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    dialog.showModal();
  });
}
