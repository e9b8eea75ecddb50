using EosMLNet.Tests.Images;
using SkiaSharp;

namespace EosMLNet.Tests.Videos;

public sealed class VideoFileTests : IDisposable
{
    private const int Red = 0xC81E5A, Green = 0x14B428, Blue = 0x1E3CD2, White = 0xFFFFFF;
    private static readonly FrameSampling All = new(FrameSpacing.FirstToLast, FramesPerSecond: 1000, LeastFrames: 1);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Pictures_of_a_folder_are_frames_in_the_order_of_their_numbers()
    {
        foreach (var i in (int[])[10, 9, 2, 1])
            Write($"frame_{i}.PNG", (byte)i);
        _folder.Write("notes.txt", "no picture");
        var video = VideoFile.Read(_folder.Path, All, folderFramesPerSecond: 4);
        Assert.Equal([1, 2, 9, 10], video.Select(frame => (int)frame.Pixels.Span[0]));
        Assert.Equal([0, 0.25, 0.5, 0.75], video.Seconds);
        Assert.Equal(1, video.Duration);
    }

    [Fact]
    public void Of_many_pictures_those_are_read_that_are_seen()
    {
        for (var i = 0; i < 20; i++)
            Write($"{i}.png", (byte)i);
        File.WriteAllText(_folder["3.png"], "no picture"); // not seen
        var video = VideoFile.Read(_folder.Path, new(FrameSpacing.FirstToLast, FramesPerSecond: 0.5), folderFramesPerSecond: 2);
        Assert.Equal([0, 5, 10, 14, 19], video.Select(frame => (int)frame.Pixels.Span[0]));
        Assert.Equal([0, 2.5, 5, 7, 9.5], video.Seconds);
        Assert.Equal((10, 0.5), (video.Duration, video.FramesPerSecond));
    }

    // Of 2,000 bytes, and each of its frames stands upon the whole one before.
    [Fact]
    public void A_small_file_of_many_large_frames_is_refused_before_they_are_decoded()
    {
        var gif = new AnimatedGif(9000, 9000, Red, Green, Blue, White);
        for (var i = 0; i < 60; i++)
            gif.Frame(1, 1, -1, (0, 0, 1, 1), 0);
        File.WriteAllBytes(_folder["bomb.gif"], gif.End());
        Expect.Error(EosErrors.UnreadableImage, () => Read(_folder["bomb.gif"]), "bomb.gif", "60 frames of 9000 x 9000");
    }

    [Fact]
    public void Folders_that_are_no_video_are_refused()
    {
        Expect.Error(EosErrors.UnreadableImage, () => Read(_folder.Path), _folder.Path, "no pictures", ".png");
        Write("1.png", 1);
        Expect.Error(EosErrors.ModelInput, () => Read(_folder.Path), _folder.Path, "1 frame;", "at least 2");
        Expect.Error(EosErrors.InvalidOption, () => VideoFile.Read(_folder.Path, All, folderFramesPerSecond: 0), _folder.Path, "more than 0");
        Expect.Error(EosErrors.FileMissing, () => Read(_folder["nothing.mp4"]),
            $"EOS1001: the video '{_folder["nothing.mp4"]}' does not exist.");
        File.WriteAllBytes(_folder["2.png"], PngBytes.Make(2, 1, PngBytes.Rgb, new byte[6]));
        Expect.Error(EosErrors.ModelInput, () => Read(_folder.Path), _folder.Path, "1 x 1", "1 x 2");
        File.WriteAllText(_folder["2.png"], "no picture");
        Expect.Error(EosErrors.UnreadableImage, () => Read(_folder.Path), "2.png");
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_named()
    {
        File.WriteAllBytes(_folder["a.gif"], new AnimatedGif(1, 1, Red, Green, Blue, White).Frame(10, 1, -1, (0, 0, 1, 1), 0).End());
        using var held = new FileStream(_folder["a.gif"], FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Expect.Error(EosErrors.FileMissing, () => Read(_folder["a.gif"]), $"EOS1001: the video '{_folder["a.gif"]}' cannot be read: ");
    }

    // Frame 1 covers all; 2 puts a blue pixel on it; 3 a green one, which goes again; 4 has a transparent pixel and clears its place;
    // 5 shows what is left.
    [Fact]
    public void Frames_of_a_GIF_are_composed_upon_those_before()
    {
        var gif = new AnimatedGif(2, 2, Red, Green, Blue, White)
            .Frame(10, 1, -1, (0, 0, 2, 2), 0, 0, 0, 0)
            .Frame(20, 1, -1, (0, 0, 1, 1), 2)
            .Frame(30, 3, -1, (1, 0, 1, 1), 1)
            .Frame(0, 2, 3, (0, 1, 2, 1), 3, 2)
            .Frame(40, 1, -1, (1, 0, 1, 1), 3).End();
        File.WriteAllBytes(_folder["a.gif"], gif);
        var video = Read(_folder["a.gif"]);
        Assert.Equal(
        [
            [Red, Red, Red, Red],
            [Blue, Red, Red, Red],
            [Blue, Green, Red, Red],
            [Blue, Red, Red, Blue],
            [Blue, White, 0, 0],
        ], video.Select(Colours));
        Assert.Equal([0, 0.1, 0.3, 0.6, 0.7], video.Seconds); // no time is 0.1 s, as viewers show it
        Assert.Equal(1.1, video.Duration);
    }

    [Fact]
    public void A_frame_that_is_seen_alone_is_composed_all_the_same()
    {
        var gif = new AnimatedGif(2, 1, Red, Green, Blue, White).Frame(10, 1, -1, (0, 0, 2, 1), 0, 0);
        for (var i = 1; i < 8; i++)
            gif.Frame(10, i == 3 ? 3 : 1, -1, (i % 2, 0, 1, 1), (byte)(i % 4));
        File.WriteAllBytes(_folder["a.gif"], gif.End());
        var whole = Read(_folder["a.gif"]);
        var some = VideoFile.Read(_folder["a.gif"], new(FrameSpacing.FirstToLast, FramesPerSecond: 3, LeastFrames: 2));
        Assert.Equal((8, 2), (whole.Count, some.Count));
        Assert.Equal([Colours(whole[0]), Colours(whole[7])], some.Select(Colours));
        Assert.Equal([Green, Red], Colours(whole[1]).Reverse());
    }

    [Fact]
    public void A_WebP_animation_is_read()
    {
        File.WriteAllBytes(_folder["a.webp"], AnimatedWebP((80, Red), (40, Green), (60, Blue)));
        var video = Read(_folder["a.webp"]);
        Assert.Equal([0, 0.08, 0.12], video.Seconds);
        Assert.Equal(0.18, video.Duration);
        Assert.Equal([Red, Green, Blue], video.Select(frame => Colours(frame)[5]));
        Assert.Equal((16, 8), (video[0].Width, video[0].Height));
    }

    [Fact]
    public void A_still_GIF_or_WebP_is_no_video()
    {
        using var bitmap = new SKBitmap(16, 8);
        File.WriteAllBytes(_folder["a.webp"], bitmap.Encode(SKEncodedImageFormat.Webp, 100).ToArray());
        Expect.Error(EosErrors.ModelInput, () => Read(_folder["a.webp"]), "a.webp", "1 frame;", "as an image");
        File.WriteAllBytes(_folder["a.gif"], new AnimatedGif(1, 1, Red, Green, Blue, White).Frame(10, 1, -1, (0, 0, 1, 1), 0).End());
        Expect.Error(EosErrors.ModelInput, () => Read(_folder["a.gif"]), "a.gif", "1 frame;");
    }

    [Fact]
    public void An_animation_that_is_cut_short_is_refused_or_ends_early()
    {
        var gif = new AnimatedGif(4, 4, Red, Green, Blue, White).Frame(10, 1, -1, (0, 0, 4, 4), [.. Enumerable.Repeat((byte)1, 16)])
            .Frame(10, 1, -1, (0, 0, 4, 4), [.. Enumerable.Repeat((byte)2, 16)]).End();
        for (var length = 12; length < gif.Length - 4; length++)
        {
            File.WriteAllBytes(_folder["a.gif"], gif[..length]);
            var error = Assert.Throws<EosException>(() => Read(_folder["a.gif"]));
            Assert.True(error.Code is EosErrors.UnreadableImage or EosErrors.ModelInput, error.Message);
            Assert.Contains("a.gif", error.Message);
        }
    }

    [Fact]
    public void An_absurdly_large_animation_is_refused()
    {
        File.WriteAllBytes(_folder["a.gif"], new AnimatedGif(40000, 40000, Red, Green, Blue, White).Frame(10, 1, -1, (0, 0, 1, 1), 0)
            .Frame(10, 1, -1, (0, 0, 1, 1), 1).End());
        Expect.Error(EosErrors.UnreadableImage, () => Read(_folder["a.gif"]), "40000 x 40000", "89478485");
    }

    // One picture of 240 MB, which nothing writes to, twenty times.
    [Fact]
    public void Frames_of_more_bytes_than_are_held_are_refused()
    {
        var source = new Repeated(new RgbImage(10_000, 8_000, new byte[240_000_000]), 20);
        Expect.Error(EosErrors.UnreadableImage, () => VideoFile.Read(source, "v.mp4", All, default), "v.mp4", "20 frames", "4294967296", "10000 x 8000");
        Assert.Equal(18, source.Decoded);
    }

    private sealed class Repeated(RgbImage image, int count) : FrameSource
    {
        internal int Decoded { get; private set; }

        internal override IReadOnlyList<double> Seconds { get; } = [.. Enumerable.Range(0, count).Select(i => i / 10.0)];

        internal override double Duration => count / 10.0;

        internal override IEnumerable<RgbImage> Decode(IReadOnlyList<int> indices, CancellationToken cancellation)
        {
            foreach (var _ in indices)
            {
                Decoded++;
                yield return image;
            }
        }
    }

    private VideoFrames Read(string path) => VideoFile.Read(path, All);

    private void Write(string name, byte value) => File.WriteAllBytes(_folder[name], PngBytes.Make(1, 1, PngBytes.Rgb, [value, value, value]));

    private static int[] Colours(RgbImage image) =>
        [.. image.Pixels.ToArray().Chunk(3).Select(pixel => pixel[0] << 16 | pixel[1] << 8 | pixel[2])];

    // The container of WebP around whole frames of 16 x 8 pixels: https://developers.google.com/speed/webp/docs/riff_container
    private static byte[] AnimatedWebP(params (int Milliseconds, int Colour)[] frames)
    {
        byte[] body = [.. "WEBP"u8, .. Chunk("VP8X", [2, 0, 0, 0, .. Int24(15), .. Int24(7)]), .. Chunk("ANIM", [0, 0, 0, 0, 0, 0])];
        foreach (var (milliseconds, colour) in frames)
        {
            using var bitmap = new SKBitmap(16, 8);
            bitmap.Erase(new SKColor((uint)colour | 0xFF000000));
            using var pixels = bitmap.PeekPixels();
            using var encoded = pixels.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, 100));
            var image = encoded.ToArray()[12..]; // without the outer container
            body = [.. body, .. Chunk("ANMF", [.. Int24(0), .. Int24(0), .. Int24(15), .. Int24(7), .. Int24(milliseconds), 2, .. image])];
        }
        return [.. "RIFF"u8, .. BitConverter.GetBytes(body.Length), .. body];
    }

    private static byte[] Chunk(string name, byte[] content) =>
        [.. name.Select(c => (byte)c), .. BitConverter.GetBytes(content.Length), .. content, .. new byte[content.Length % 2]];

    private static byte[] Int24(int number) => [(byte)number, (byte)(number >> 8), (byte)(number >> 16)];
}
