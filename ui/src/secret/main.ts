import { mount } from 'svelte';
import '../styles/index.css';
import './secret.css';
import SecretWindow from './SecretWindow.svelte';

// The ticket is good once; it does not stay in the address.
const ticket = new URLSearchParams(location.search).get('ticket') ?? '';
const target = document.getElementById('app');
if (target) mount(SecretWindow, { target, props: { ticket } });
