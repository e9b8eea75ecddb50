using System.Text;

namespace Fuzz.Targets;

/// <summary>
/// A reader that is given hostile files. A class with a constructor of no parameters is found by itself; its name without
/// <c>Target</c>, in lower case and with hyphens, is the target's, and that of the folder of its seeds in <c>Corpus</c>.
/// </summary>
internal abstract class FuzzTarget
{
    /// <summary>The target's name, such as <c>latency-table</c>.</summary>
    internal virtual string Name => string.Concat(GetType().Name[..^"Target".Length]
        .Select((letter, i) => char.IsUpper(letter) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(letter) : $"{letter}"));

    /// <summary>What is read, for the report.</summary>
    internal abstract string Reader { get; }

    /// <summary>The file's name, where the reader looks for one.</summary>
    internal abstract string FileName { get; }

    /// <summary>Writes the files that lie beside the one that is read, and do not change.</summary>
    internal virtual void Prepare(string folder)
    {
    }

    /// <summary>
    /// Reads the file in a folder, and uses what was read. An <see cref="EosException"/> refuses the file; no other may come out.
    /// </summary>
    internal abstract void Read(string folder);

    /// <summary>How many bytes the file says that its content takes in memory, where that is more than the file itself.</summary>
    internal virtual long Declared(ReadOnlySpan<byte> input) => 0;

    /// <summary>
    /// The same with lengths and checksums that fit the content again, so that a change to it is not refused for them. Every other input is
    /// mended.
    /// </summary>
    internal virtual byte[] Mended(byte[] input) => input;

    /// <summary>Writes a file of text beside the one that is read.</summary>
    private protected static void Write(string folder, string name, string text)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text, new UTF8Encoding(false));
    }
}
