export default {
  iconLinks: [{ icon: 'github', href: 'https://github.com/eosmlnet/eosmlnet', title: 'The source' }],
}
