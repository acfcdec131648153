/** The least of a registrar: every REGISTER is welcome. Nobody is ever called. */
export function answerSip(socket) {
  socket.on('message', data => {
    const lines = data.toString().split('\r\n');
    if (!lines[0]?.startsWith('REGISTER')) return;
    const header = name => lines.filter(line => line.toLowerCase().startsWith(`${name}:`));
    const [contact = ''] = header('contact');
    socket.send([
      'SIP/2.0 200 OK', ...header('via'), ...header('from'), `${header('to')[0]};tag=mock`, ...header('call-id'), ...header('cseq'),
      contact.includes('expires=') ? contact : `${contact};expires=120`, 'Content-Length: 0', '', '',
    ].join('\r\n'));
  });
}
