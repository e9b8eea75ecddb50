namespace Fuzz.Targets;

/// <summary>An animated picture, which is a video.</summary>
internal sealed class AnimationTarget : FuzzTarget
{
    private const int MostFrames = 4, BytesPerPixel = 20;

    internal override string Reader => "animated pictures (GIF, WebP)";

    internal override string FileName => "video.gif";

    internal override void Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!AnimatedImage.IsOne(path))
            throw new EosException(EosErrors.UnreadableImage, "It is for ffmpeg, which is no reader of ours.");
        PictureTarget.RefuseMostLarge(File.ReadAllBytes(path));
        VideoFile.Read(path, new(FrameSpacing.FirstToLast, LeastFrames: 2, MostFrames: MostFrames));
    }

    internal override long Declared(ReadOnlySpan<byte> input) => PictureTarget.DeclaredPixels(input) * BytesPerPixel;
}
