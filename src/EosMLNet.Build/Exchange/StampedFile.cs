using System.Globalization;

namespace EosMLNet.Build.Exchange;

/// <summary>A file as it was when the build last looked at it. Size and time stamp save reading it again; only the hash decides.</summary>
internal sealed class StampedFile(string path, long length, long ticks, string hash)
{
    internal string Path => path;
    internal string Hash => hash;

    internal static StampedFile Of(string path)
    {
        var file = new FileInfo(path);
        return new StampedFile(path, file.Length, file.LastWriteTimeUtc.Ticks, FileHash.Of(path));
    }

    /// <summary>Whether the file cannot have changed, as far as size and time stamp tell.</summary>
    internal bool LooksTheSame()
    {
        var file = new FileInfo(path);
        return file.Exists && file.Length == length && file.LastWriteTimeUtc.Ticks == ticks;
    }

    /// <summary>This file, with its present time stamp, where it has the same content as before; otherwise null.</summary>
    internal StampedFile? IfUnchanged()
    {
        var file = new FileInfo(path);
        if (!file.Exists || file.Length != length)
            return null;
        return file.LastWriteTimeUtc.Ticks == ticks ? this
            : FileHash.Of(path) == hash ? new StampedFile(path, length, file.LastWriteTimeUtc.Ticks, hash) : null;
    }

    internal string ToLine() =>
        string.Join("\t", length.ToString(CultureInfo.InvariantCulture), ticks.ToString(CultureInfo.InvariantCulture), hash,
            BuildRequest.Escape(path));

    internal static StampedFile? FromLine(string line)
    {
        var fields = line.Split('\t');
        return fields.Length == 4
            && long.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
            && long.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out var time)
                ? new StampedFile(BuildRequest.Unescape(fields[3]), bytes, time, fields[2])
                : null;
    }
}
