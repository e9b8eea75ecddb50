using System.Diagnostics;
using System.Globalization;
using EosMLNet.Tool.Tests;

namespace EosMLNet.Tests.Videos;

/// <summary>With a script that prints what ffmpeg would; and with ffmpeg itself, where it is installed.</summary>
public sealed class FfmpegVideoTests : IDisposable
{
    private const string Configuration = "[Parsed_showinfo_1 @ 0x5] config in time_base: 1/100, frame_rate: 25/1";
    private static readonly FrameSampling All = new(FrameSpacing.FirstToLast, FramesPerSecond: 1000, LeastFrames: 1);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [LinuxFact]
    public void Times_come_from_the_messages_and_frames_from_the_pipe()
    {
        var video = Read(Script([Configuration, Frame(0, 100), "[Parsed_showinfo_1 @ 0x5] color_range:tv", Frame(1, 104), Frame(2, 110)], Picture(1) + Picture(2) + Picture(3)));
        Assert.Equal([0, 0.04, 0.1], video.Seconds);
        Assert.Equal(0.15, video.Duration, 12); // the last one as long as the others on average
        Assert.Equal([1, 2, 3], video.Select(frame => (int)frame.Pixels.Span[5]));
        Assert.Equal((2, 1), (video[0].Width, video[0].Height));
    }

    [LinuxFact]
    public void Frames_that_are_seen_are_asked_for_by_their_numbers_and_nothing_but_the_file_may_be_read()
    {
        var script = Script([Configuration, .. Enumerable.Range(0, 9).Select(i => Frame(i, 4 * i))], Picture(7) + Picture(8));
        VideoFile.Read(new FfmpegVideo(script, _folder["v.mp4"], default), _folder["v.mp4"], new(FrameSpacing.FirstToLast, 2, 2), default);
        var arguments = File.ReadAllLines(_folder["arguments"]);
        Assert.Contains("select='(eq(n,0)+eq(n,8))',settb=1/25,setpts=N", arguments);
        Assert.Equal($"file:{_folder["v.mp4"]}", arguments[Array.IndexOf(arguments, "-i") + 1]);
        Assert.Equal("file", arguments[Array.IndexOf(arguments, "-protocol_whitelist") + 1]);
    }

    // ffmpeg refuses expressions that are deeper than 100.
    [LinuxFact]
    public void Many_frames_are_asked_for_without_a_deep_expression()
    {
        Error(Script([Configuration, .. Enumerable.Range(0, 2000).Select(i => Frame(i, 4 * i))], ""), "0 of the 768 frames");
        var filter = File.ReadAllLines(_folder["arguments"]).Single(argument => argument.StartsWith("select=", StringComparison.Ordinal));
        Assert.Equal(768, filter.Split("eq(n,").Length - 1);
        var (depth, deepest) = (0, 0);
        foreach (var character in filter)
            deepest = Math.Max(deepest, depth += character == '(' ? 1 : character == ')' ? -1 : 0);
        Assert.Equal((0, 11), (depth, deepest));
    }

    [LinuxFact]
    public void Without_times_the_rate_tells_them()
    {
        var video = Read(Script([Configuration, Frame(0, null), Frame(1, null)], Picture(1) + Picture(2)));
        Assert.Equal([0, 0.04], video.Seconds);
        Assert.Equal(0.08, video.Duration);
    }

    [LinuxFact]
    public void What_goes_wrong_is_told()
    {
        string[] two = [Configuration, Frame(0, 0), Frame(1, 4)];
        Error(Script(["moov atom not found"], "", exit: 1), "v.mp4", "exit code 1", "moov atom not found");
        Error(Script(two, Picture(1)), "1 of the 2 frames");
        Error(Script(two, "no picture at all, but a text that goes on and on and on and on and on and on"), "no PPM picture");
        Error(Script(two, @"P6\n2 1\n65535\n"), "no PPM picture of bytes");
        Error(Script(two, @"P6\n2 1"), "v.mp4' came from '", "' as no PPM picture.");
        Error(Script(two, new string('x', 60) + "    "), "' as no PPM picture of bytes.");
        Error(Script(two, new string('x', 61) + "    "), "' as no PPM picture.");
        Error(Script(two, @"P6\n2 1\n255\nabc"), "ended within a picture");
        Error(Script(two, @"P6\n100000 100000\n255\n"), "100000 x 100000", "89478485");
        Error(Script([Frame(0, 0), Frame(1, null)], ""), "neither the times of its frames nor their rate");
        Expect.Error(EosErrors.ModelInput, () => Read(Script([Configuration, Frame(0, 0)], Picture(1))), "v.mp4", "1 frame;");
        Expect.Error(EosErrors.ModelInput, () => Read(Script([], "")), "v.mp4", "0 frames");
        Expect.Error(EosErrors.NativeLibrary, () => Read(_folder.Write("no-program", "text")), "no-program");
    }

    [LinuxFact]
    public void The_program_is_asked_for_times_first_and_then_for_pictures()
    {
        var script = Script(Two, Picture(7) + Picture(8));
        var video = new FfmpegVideo(script, _folder["v.mp4"], default);
        string[] file = ["-protocol_whitelist", "file", "-i", $"file:{_folder["v.mp4"]}", "-map", "0:v:0", "-vf"];
        Assert.Equal(
            ["-nostdin", "-hide_banner", "-nostats", "-v", "info", .. file, "scale=16:16:flags=neighbor,showinfo", "-f", "null", "-"],
            File.ReadAllLines(_folder["arguments"]));
        Assert.Equal([7, 8], video.Decode([0, 1], default).Select(frame => (int)frame.Pixels.Span[5]));
        Assert.Equal(
            ["-nostdin", "-hide_banner", "-nostats", "-v", "error", .. file, "select='(eq(n,0)+eq(n,1))',settb=1/25,setpts=N", "-r", "25",
                "-frames:v", "2", "-c:v", "ppm", "-pix_fmt", "rgb24", "-f", "image2pipe", "-"],
            File.ReadAllLines(_folder["arguments"]));
    }

    [LinuxFact]
    public void Pictures_have_all_their_pixels_and_more_than_asked_for_are_left()
    {
        var picture = @"P6\n2 3\n255\n" + string.Concat(Enumerable.Range(1, 18).Select(i => $@"\{Convert.ToString(i, 8)}"));
        var video = Read(Script(Two, picture + picture + picture));
        Assert.Equal(2, video.Count);
        Assert.All(video, frame => Assert.Equal(
            (2, 3, "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18"),
            (frame.Width, frame.Height, string.Join(' ', frame.Pixels.ToArray()))));
    }

    [LinuxFact]
    public void The_last_that_the_program_says_is_told_and_not_more_than_a_line_of_it()
    {
        Assert.Equal("cannot be decoded by 'ffmpeg' (exit code 1: moov atom not found).", Refusal(["first", "moov atom not found", ""], 1));
        Assert.Equal("cannot be decoded by 'ffmpeg' (exit code 2: ).", Refusal([], 2));
        Assert.Equal($"cannot be decoded by 'ffmpeg' (exit code 3: {new string('x', 300)}).", Refusal([new string('x', 301)], 3));
        var pictures = $"printf '{Picture(1)}{Picture(2)}'";
        Assert.Equal(
            "cannot be decoded by 'ffmpeg' (exit code 4: a picture is broken).",
            Refusal(Two, 0, $@"{pictures}; printf 'first\n a picture is broken \n\n' >&2; exit 4"));
        Assert.Equal("cannot be decoded by 'ffmpeg' (exit code 5: ).", Refusal(Two, 0, $"{pictures}; exit 5"));
    }

    // All that is no picture, where the fields are whole and where they are not.
    [LinuxTheory]
    [InlineData(@"\0", "came from 'ffmpeg' as no PPM picture.")]
    [InlineData(@"P6\0\n2 1\n255\n", "came from 'ffmpeg' as no PPM picture of bytes.")]
    [InlineData(@"P6\n0 1\n255\n", "has frames of 0 x 1 pixels, at most 89478485 in all are allowed.")]
    [InlineData(@"P6\n1 0\n255\n", "has frames of 1 x 0 pixels, at most 89478485 in all are allowed.")]
    [InlineData(@"P6\n5461 16385\n255\n", "ended within a picture from 'ffmpeg'.")] // 89478485 pixels
    [InlineData(@"P6\n5461 16386\n255\n", "has frames of 5461 x 16386 pixels, at most 89478485 in all are allowed.")]
    public void A_picture_that_is_none_is_refused(string pictures, string expected) =>
        Assert.Equal(expected, Refusal(Two, 0, $"printf '{pictures}'"));

    // 25 frames a second, and a hundred ticks.
    [LinuxTheory]
    [InlineData("0 4 4 10", "0 0.04 0.04 0.1", 0.1 * 4 / 3)]
    [InlineData("7 7", "0 0.04", 0.08)] // no time between them
    [InlineData("0 8 4 10", "0 0.04 0.08 0.12", 0.16)] // back in time
    public void Times_that_go_on_are_taken_and_otherwise_the_rate(string ticks, string seconds, double duration)
    {
        int[] all = [.. ticks.Split(' ').Select(int.Parse)];
        var video = new FfmpegVideo(
            Script([Configuration, .. all.Select((tick, i) => Frame(i, tick))], ""), _folder["v.mp4"], default);
        Assert.Equal(seconds, string.Join(' ', video.Seconds.Select(time => time.ToString("0.####", CultureInfo.InvariantCulture))));
        Assert.Equal(duration, video.Duration, 12);
    }

    [LinuxFact]
    public void Without_a_rate_and_the_length_of_a_tick_times_tell_nothing()
    {
        Assert.Equal("tells neither the times of its frames nor their rate.", Refusal([Frame(0, 0), Frame(1, 4)], 0));
        Expect.Error(EosErrors.ModelInput, () => Read(Script([Configuration], "")), "0 frames");
    }

    [LinuxFact]
    public void A_program_whose_pictures_nobody_wants_any_more_is_ended()
    {
        var pid = _folder["pid"];
        var video = new FfmpegVideo(
            Script(Two, "", second: $"echo $$ > {pid}; printf '{Picture(1)}'; exec sleep 30"), _folder["v.mp4"], default);
        Assert.Equal(1, video.Decode([0, 1], default).First().Pixels.Span[5]);
        var number = int.Parse(File.ReadAllText(pid), CultureInfo.InvariantCulture);
        Assert.True(SpinWait.SpinUntil(() => !Runs(number), 10_000));
        Assert.ThrowsAny<OperationCanceledException>(() => video.Decode([0, 1], new CancellationToken(canceled: true)).ToList());

        static bool Runs(int number)
        {
            try
            {
                return !Process.GetProcessById(number).HasExited;
            }
            catch (ArgumentException)
            {
                return false;
            }
        }
    }

    [LinuxFact]
    public void A_program_that_goes_on_is_ended_when_reading_is_given_up()
    {
        var script = _folder.Write("ffmpeg", "#!/bin/sh\necho \"$$\" > " + _folder["pid"] + "\nwhile true; do echo going on >&2; sleep 0.05; done\n");
        Executable(script);
        using var stop = new CancellationTokenSource();
        var reading = Task.Run(() => new FfmpegVideo(script, _folder["v.mp4"], stop.Token));
        Assert.True(SpinWait.SpinUntil(() => File.Exists(_folder["pid"]) && File.ReadAllText(_folder["pid"]).EndsWith('\n'), 20_000));
        stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => reading.GetAwaiter().GetResult());
        Assert.Throws<ArgumentException>(() => Process.GetProcessById(int.Parse(File.ReadAllText(_folder["pid"]), CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void A_file_that_needs_ffmpeg_says_so_where_it_is_missing()
    {
        Assert.Null(Ffmpeg.Find(_folder.Path));
        Assert.Null(Ffmpeg.Find(null));
        var program = _folder.Write(OperatingSystem.IsWindows() ? "ffmpeg.exe" : "ffmpeg", "");
        Assert.Equal(program, Ffmpeg.Find($"relative{Path.PathSeparator}{_folder["nothing"]}{Path.PathSeparator}{_folder.Path}"));
        Assert.Null(Ffmpeg.Find(Path.GetRelativePath(Environment.CurrentDirectory, _folder.Path)));
        _folder.Write("v.mp4", "some other format");
        if (Ffmpeg.Find() is null)
            Expect.Error(EosErrors.NativeLibrary, () => VideoFile.Read(_folder["v.mp4"], All), "v.mp4", "ffmpeg", "PATH", "folder of pictures");
        else
            Expect.Error(EosErrors.UnreadableImage, () => VideoFile.Read(_folder["v.mp4"], All), "v.mp4");
    }

    // The video is made of pictures without loss, at a rate that is no whole number.
    [FfmpegFact]
    public void The_real_ffmpeg_gives_each_frame_at_its_time()
    {
        byte[] Pixels(int i) => [.. Enumerable.Range(0, 32 * 16).SelectMany(at => (byte[])[(byte)(i * 5), (byte)(at % 32 * 8), (byte)(at / 32 * 16)])];
        for (var i = 0; i < 50; i++)
            File.WriteAllBytes(_folder[$"{i}.png"], Images.PngBytes.Make(32, 16, Images.PngBytes.Rgb, Pixels(i)));
        Make("-framerate", "30000/1001", "-i", "%d.png", "-c:v", "ffv1", "-pix_fmt", "bgr0", "v.mkv");
        var video = VideoFile.Read(_folder["v.mkv"], new(FrameSpacing.FirstToLast, FramesPerSecond: 4));
        Assert.Equal([0, 10, 20, 29, 39, 49], video.Select(frame => frame.Pixels.Span[0] / 5));
        Assert.All(video, frame => Assert.Equal(Pixels(frame.Pixels.Span[0] / 5), frame.Pixels.ToArray()));
        Assert.All(video.Seconds.Zip([0, 10, 20, 29, 39, 49]), pair => Assert.Equal(pair.Second * 1001 / 30000.0, pair.First, 0.002)); // Matroska counts milliseconds
        Assert.Equal(50 * 1001 / 30000.0, video.Duration, 0.002);
    }

    // Twice as many frames in the first second as in the second one, and more than one sum of ffmpeg may have.
    [FfmpegFact]
    public void The_real_ffmpeg_gives_many_frames_and_those_of_a_changing_rate()
    {
        Make("-f", "lavfi", "-i", "testsrc=size=32x32:rate=120:duration=2", "-vf", "select=lt(n\\,120)+not(mod(n\\,2))", "-vsync", "0", "-c:v", "ffv1", "v.mkv");
        var video = VideoFile.Read(_folder["v.mkv"], All);
        Assert.Equal(180, video.Count);
        Assert.Equal(119 / 120.0, video.Seconds[119], 0.002);
        Assert.Equal(1 + 59 / 60.0, video.Seconds[179], 0.002);
        Assert.Equal(180, video.Select(frame => frame.Hash()).Distinct().Count());
    }

    private void Make(params string[] arguments)
    {
        var make = new ProcessStartInfo(Ffmpeg.Find()!) { WorkingDirectory = _folder.Path, RedirectStandardError = true };
        foreach (var argument in (string[])["-v", "error", .. arguments])
            make.ArgumentList.Add(argument);
        using var run = Process.Start(make)!;
        var messages = run.StandardError.ReadToEnd();
        run.WaitForExit();
        Assert.True(run.ExitCode == 0, messages);
    }

    private VideoFrames Read(string program) => VideoFile.Read(new FfmpegVideo(program, _folder["v.mp4"], default), _folder["v.mp4"], All, default);

    private void Error(string program, params string[] inMessage) => Expect.Error(EosErrors.UnreadableImage, () => Read(program), inMessage);

    private static string[] Two => [Configuration, Frame(0, 0), Frame(1, 4)];

    // Behind the video's name, and without the program's folder.
    private string Refusal(IEnumerable<string> messages, int exit, string? second = null)
    {
        var script = Script(messages, "", exit, second);
        var message = Assert.Throws<EosException>(() => Read(script)).Message;
        var beginning = $"EOS1010: the video '{_folder["v.mp4"]}' ";
        Assert.StartsWith(beginning, message, StringComparison.Ordinal);
        return message[beginning.Length..].Replace(script, "ffmpeg", StringComparison.Ordinal);
    }

    private static string Frame(int n, int? ticks) =>
        $"[Parsed_showinfo_1 @ 0x5] n:{n,4} pts:{(ticks is null ? "NOPTS" : $"{ticks}"),7} pts_time:{ticks / 100.0:0.##}    pos:  48 fmt:yuv420p";

    // Two pixels; the second one is the value.
    private static string Picture(byte value) => $@"P6\n2 1\n255\n\0\0\0\{Convert.ToString(value, 8)}\{Convert.ToString(value, 8)}\{Convert.ToString(value, 8)}";

    // The first run is asked for showinfo's messages, the second one for pictures.
    private string Script(IEnumerable<string> messages, string pictures, int exit = 0, string? second = null)
    {
        _folder.Write("messages", string.Concat(messages.Select(line => line + "\n")));
        var script = _folder.Write("ffmpeg", $$"""
            #!/bin/sh
            printf '%s\n' "$@" > {{_folder["arguments"]}}
            case "$*" in
                *showinfo*) cat {{_folder["messages"]}} >&2;;
                *) {{second ?? $"printf '{pictures}'"}};;
            esac
            exit {{exit}}

            """.ReplaceLineEndings("\n"));
        Executable(script);
        return script;
    }

    private static void Executable(string script)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
