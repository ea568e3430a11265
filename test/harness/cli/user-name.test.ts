import { userInfo } from 'node:os';
import { userName } from '../../../harness/cli/user-name.js';

jest.mock('node:os', () => ({ ...jest.requireActual('node:os'), userInfo: jest.fn(jest.requireActual('node:os').userInfo) }));

describe('Who accepts', () => {
  test('is who the system says', () => {
    expect(userName({ USER: 'somebody' })).toBe(jest.requireActual('node:os').userInfo().username);
  });

  test('is who the environment says where the system knows no such user, and has to say so where nobody does', () => {
    jest.mocked(userInfo).mockImplementation(() => {
      throw new Error('ENOENT: no such file or directory, uv_os_get_passwd');
    });
    expect(userName({ USER: ' ', LOGNAME: 'builder' })).toBe('builder');
    expect(() => userName({})).toThrow('--by: found no name for this user in the system, expected --by NAME');
  });
});
