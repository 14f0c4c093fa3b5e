/** A package, and something that comes down into it. */
export const icon: string = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path fill="#0d7a68" d="M12 1 2.5 6.5v11L12 23l9.5-5.5v-11z"/><path fill="none" stroke="#fff" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round" d="M12 7v9m-4-4 4 4 4-4"/></svg>
`;
