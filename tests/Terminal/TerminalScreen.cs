using System.Text;

namespace EosMLNet.Tests.Terminal;

/// <summary>
/// A terminal in small: cursor, erasing, scrolling, and lines that go on in the next row when they are too long. Colours, titles and
/// modes are read over. All characters are one cell wide.
/// </summary>
internal sealed class TerminalScreen(int columns, int rows)
{
    private readonly Decoder decoder = Encoding.UTF8.GetDecoder();
    private readonly List<char[]> cells = [.. Enumerable.Range(0, rows).Select(_ => Blank(columns))];
    private readonly List<string> history = [], wrapped = [];
    private readonly StringBuilder sequence = new();
    private int row, column;
    private bool isFull;
    private State state;

    private enum State
    {
        Text, Escape, Control, String, StringEscape, Charset,
    }

    /// <summary>Rows that were continued on the next one.</summary>
    internal IReadOnlyList<string> Wrapped => wrapped;

    /// <summary>What stands on the screen, without the blanks at the ends of rows and below the last one.</summary>
    internal string Visible => string.Join('\n', cells.Select(Trimmed)).TrimEnd('\n');

    /// <summary>The same with the rows that scrolled away in front.</summary>
    internal string Text => string.Join('\n', history.Concat(cells.Select(Trimmed))).TrimEnd('\n');

    /// <summary>The row that the cursor is in.</summary>
    internal string CursorLine => Trimmed(cells[row]);

    internal void Write(ReadOnlySpan<byte> bytes)
    {
        var text = new char[decoder.GetCharCount(bytes, flush: false)];
        decoder.GetChars(bytes, text, flush: false);
        foreach (var character in text)
            Write(character);
    }

    private void Write(char character)
    {
        switch (state)
        {
            case State.Escape:
                state = character switch { '[' => State.Control, ']' or 'P' or '_' or '^' => State.String, '(' or ')' => State.Charset, _ => State.Text };
                if (character == 'M')
                    row = Math.Max(0, row - 1);
                sequence.Clear();
                break;
            case State.Charset:
                state = State.Text;
                break;
            case State.String:
                state = character switch { '\a' => State.Text, '\u001b' => State.StringEscape, _ => State.String };
                break;
            case State.StringEscape:
                state = State.Text;
                break;
            case State.Control when character is >= '@' and <= '~':
                state = State.Text;
                Control(character, sequence.ToString());
                break;
            case State.Control:
                sequence.Append(character);
                break;
            default:
                Plain(character);
                break;
        }
    }

    private void Plain(char character)
    {
        switch (character)
        {
            case '\u001b':
                state = State.Escape;
                break;
            case '\r':
                (column, isFull) = (0, false);
                break;
            case '\n':
                isFull = false;
                NextRow();
                break;
            case '\b':
                (column, isFull) = (Math.Max(0, column - 1), false);
                break;
            case '\t':
                column = Math.Min(columns - 1, (column / 8 + 1) * 8);
                break;
            case >= ' ':
                Print(character);
                break;
        }
    }

    private void Print(char character)
    {
        if (isFull)
        {
            wrapped.Add(Trimmed(cells[row]));
            (column, isFull) = (0, false);
            NextRow();
        }
        cells[row][column] = character;
        if (column == columns - 1)
            isFull = true; // the next character, if there is one, goes on below
        else
            column++;
    }

    private void NextRow()
    {
        if (row < rows - 1)
        {
            row++;
            return;
        }
        history.Add(Trimmed(cells[0]));
        cells.RemoveAt(0);
        cells.Add(Blank(columns));
    }

    private void Control(char command, string parameters)
    {
        if (parameters.StartsWith('?') || parameters.StartsWith('>') || parameters.StartsWith('='))
            return;
        int[] numbers = [.. parameters.Split(';').Select(text => int.TryParse(text, out var number) ? number : 0)];
        var count = Math.Max(1, numbers[0]);
        isFull = isFull && command == 'm';
        switch (command)
        {
            case 'A':
                row = Math.Max(0, row - count);
                break;
            case 'B':
                row = Math.Min(rows - 1, row + count);
                break;
            case 'C':
                column = Math.Min(columns - 1, column + count);
                break;
            case 'D':
                column = Math.Max(0, column - count);
                break;
            case 'E':
                (row, column) = (Math.Min(rows - 1, row + count), 0);
                break;
            case 'F':
                (row, column) = (Math.Max(0, row - count), 0);
                break;
            case 'G':
                column = Math.Clamp(count - 1, 0, columns - 1);
                break;
            case 'H' or 'f':
                (row, column) = (Math.Clamp(count - 1, 0, rows - 1), Math.Clamp((numbers.Length > 1 ? Math.Max(1, numbers[1]) : 1) - 1, 0, columns - 1));
                break;
            case 'J':
                EraseScreen(numbers[0]);
                break;
            case 'K':
                EraseRow(numbers[0]);
                break;
        }
    }

    private void EraseRow(int part)
    {
        var (from, to) = part switch { 0 => (column, columns), 1 => (0, column + 1), _ => (0, columns) };
        Array.Fill(cells[row], ' ', from, to - from);
    }

    private void EraseScreen(int part)
    {
        EraseRow(part);
        for (var other = 0; other < rows; other++)
        {
            if (part >= 2 || part == 0 && other > row || part == 1 && other < row)
                cells[other] = Blank(columns);
        }
    }

    private static char[] Blank(int columns)
    {
        var blank = new char[columns];
        Array.Fill(blank, ' ');
        return blank;
    }

    private static string Trimmed(char[] cells) => new string(cells).TrimEnd();
}
