using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace EosMLNet.Checkpoints;

/// <summary>
/// A video that <c>ffmpeg</c> decodes. It is read twice: for the times of its frames, then for those that are seen, which come through a
/// pipe as PPM pictures. The program gets no access to the network, whatever the file asks for.
/// </summary>
internal sealed partial class FfmpegVideo : FrameSource
{
    private const int LongestHeader = 64, LongestMessage = 300;
    private readonly string program, path;

    /// <param name="program">Where ffmpeg lies.</param>
    /// <param name="path">The video.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="EosException">EOS1010: ffmpeg cannot decode the file, or it has too many frames.</exception>
    internal FfmpegVideo(string program, string path, CancellationToken cancellation)
    {
        (this.program, this.path) = (program, path);
        // The filter showinfo names the time of each frame among the messages; small frames have its sums made fast.
        using var run = Start("info", "scale=16:16:flags=neighbor,showinfo", "-f", "null");
        using var stop = cancellation.Register(() => Kill(run));
        var output = run.StandardOutput.BaseStream.CopyToAsync(Stream.Null, cancellation);
        var (ticks, second, rate) = (new List<long?>(), 0.0, 0.0);
        var last = "";
        while (run.StandardError.ReadLine() is { } line)
        {
            if (Configuration().Match(line) is { Success: true } found)
                (second, rate) = (1 / Ratio(found, 1), Ratio(found, 3));
            else if (Frame().Match(line) is { Success: true } frame)
                ticks.Add(Ticks(frame.Groups[1].ValueSpan));
            else if (line.Length > 0)
                last = line;
            if (ticks.Count <= VideoFile.MostFrames)
                continue;
            Kill(run);
            throw Wrong($"has more than {VideoFile.MostFrames} frames, the most that are allowed");
        }
        Finish(run, output, last, cancellation);
        (Seconds, Duration) = Times(ticks, second, rate);
    }

    /// <inheritdoc/>
    internal override IReadOnlyList<double> Seconds { get; }

    /// <inheritdoc/>
    internal override double Duration { get; }

    /// <inheritdoc/>
    internal override IEnumerable<RgbImage> Decode(IReadOnlyList<int> indices, CancellationToken cancellation)
    {
        // Chosen frames are timed anew, one a tick, so that none is repeated or left out to keep a rate.
        using var run = Start("error", $"select='{AnyOf(indices, 0, indices.Count)}',settb=1/25,setpts=N", "-r", "25",
            "-frames:v", indices.Count.ToString(CultureInfo.InvariantCulture), "-c:v", "ppm", "-pix_fmt", "rgb24", "-f", "image2pipe");
        using var stop = cancellation.Register(() => Kill(run));
        try
        {
            var messages = run.StandardError.ReadToEndAsync(CancellationToken.None);
            var pictures = run.StandardOutput.BaseStream;
            var count = 0;
            for (; count < indices.Count && ReadPicture(pictures) is { } frame; count++)
                yield return frame;
            var last = messages.GetAwaiter().GetResult()
                .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault("");
            Finish(run, Task.CompletedTask, last, cancellation);
            if (count < indices.Count)
                throw Wrong($"gave {count} of the {indices.Count} frames that were asked for");
        }
        finally
        {
            Kill(run);
        }
    }

    // NOPTS where the file does not tell.
    private static long? Ticks(ReadOnlySpan<char> text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var ticks) ? ticks : null;

    // A sum in a balanced tree: ffmpeg refuses sums of more than a hundred terms in a row.
    private static string AnyOf(IReadOnlyList<int> indices, int from, int to)
    {
        if (to - from == 1)
            return string.Create(CultureInfo.InvariantCulture, $"eq(n,{indices[from]})");
        var middle = (from + to) / 2;
        return $"({AnyOf(indices, from, middle)}+{AnyOf(indices, middle, to)})";
    }

    private Process Start(string messages, string filter, params string[] output)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in (string[])
            ["-nostdin", "-hide_banner", "-nostats", "-v", messages, "-protocol_whitelist", "file", "-i", $"file:{Path.GetFullPath(path)}",
            "-map", "0:v:0", "-vf", filter, .. output, "-"])
        {
            start.ArgumentList.Add(argument);
        }
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new EosException(
                EosErrors.NativeLibrary, $"the program '{program}', which decodes videos, cannot be started: {e.Message}", e);
        }
    }

    private void Finish(Process run, Task output, string last, CancellationToken cancellation)
    {
        run.WaitForExit();
        cancellation.ThrowIfCancellationRequested();
        output.Wait(cancellation);
        if (run.ExitCode != 0)
            throw Wrong($"cannot be decoded by '{program}' (exit code {run.ExitCode}: {last[..Math.Min(last.Length, LongestMessage)]})");
    }

    private static void Kill(Process run)
    {
        if (!run.HasExited)
            run.Kill(entireProcessTree: true);
    }

    // The last frame is shown as long as the others are on average.
    private (IReadOnlyList<double>, double) Times(List<long?> ticks, double ticksPerSecond, double framesPerSecond)
    {
        if (ticks.Count > 1 && ticksPerSecond > 0 && double.IsFinite(ticksPerSecond)
            && ticks.All(t => t is not null) && ticks[^1] > ticks[0] && ticks.Zip(ticks.Skip(1)).All(pair => pair.First <= pair.Second))
        {
            double[] since = [.. ticks.Select(t => (double)(t - ticks[0])!)];
            return ([.. since.Select(t => t / ticksPerSecond)], since[^1] * since.Length / (since.Length - 1) / ticksPerSecond);
        }
        if (framesPerSecond > 0 && double.IsFinite(framesPerSecond))
            return ([.. Enumerable.Range(0, ticks.Count).Select(i => i / framesPerSecond)], ticks.Count / framesPerSecond);
        return ticks.Count < 2 ? ([.. ticks.Select(_ => 0.0)], 1) : throw Wrong("tells neither the times of its frames nor their rate");
    }

    private RgbImage? ReadPicture(Stream stream)
    {
        var header = new StringBuilder();
        // "P6", the width, the height and 255, each with one space or line end behind it.
        for (var fields = 0; fields < 4;)
        {
            var next = stream.ReadByte();
            if (next < 0 && header.Length == 0)
                return null;
            if (next < 0 || header.Length == LongestHeader)
                throw Wrong($"came from '{program}' as no PPM picture");
            header.Append((char)next);
            if (char.IsWhiteSpace((char)next))
                fields++;
        }
        if (Ppm().Match(header.ToString()) is not { Success: true } found)
            throw Wrong($"came from '{program}' as no PPM picture of bytes");
        var (width, height) = (int.Parse(found.Groups[1].ValueSpan, CultureInfo.InvariantCulture),
            int.Parse(found.Groups[2].ValueSpan, CultureInfo.InvariantCulture));
        if (width == 0 || height == 0 || (long)width * height > RgbImage.LargestImage)
            throw Wrong($"has frames of {width} x {height} pixels, at most {RgbImage.LargestImage} in all are allowed");
        var pixels = new byte[3 * width * height];
        return stream.ReadAtLeast(pixels, pixels.Length, throwOnEndOfStream: false) == pixels.Length
            ? new RgbImage(width, height, pixels) : throw Wrong($"ended within a picture from '{program}'");
    }

    private static double Ratio(Match match, int group) =>
        double.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture) /
        double.Parse(match.Groups[group + 1].ValueSpan, CultureInfo.InvariantCulture);

    private EosException Wrong(string what) => new(EosErrors.UnreadableImage, $"the video '{path}' {what}.");

    [GeneratedRegex(@"showinfo.*config in time_base: (\d{1,10})/(\d{1,10}), frame_rate: (\d{1,10})/(\d{1,10})")]
    private static partial Regex Configuration();

    [GeneratedRegex(@"showinfo.*\] n: *\d+ pts: *(\S+)")]
    private static partial Regex Frame();

    [GeneratedRegex(@"^P6\s(\d{1,6})\s(\d{1,6})\s255\s$")]
    private static partial Regex Ppm();
}
