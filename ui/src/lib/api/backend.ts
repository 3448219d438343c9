import type { AppEvent, MainCommands, SecretCommands } from './contract';

type Commands = MainCommands & SecretCommands;
export type CommandName = keyof Commands;
export type CommandRequest<N extends CommandName> = Commands[N]['request'];
export type CommandResponse<N extends CommandName> = Commands[N]['response'];

/** What stands behind the page: the desktop app, the bridge of the tests, or the fixtures. */
export interface Backend {
  /** Rejects with an ApiError, or with anything when the call itself failed. */
  call(name: CommandName, request: unknown): Promise<unknown>;
  /** Starts to deliver events; the answer stops it. */
  listen(handler: (event: AppEvent) => void): Promise<() => void>;
  /** Sets the size of the page as a factor. Answers whether the window did it by itself. */
  zoom(factor: number): Promise<boolean>;
}
