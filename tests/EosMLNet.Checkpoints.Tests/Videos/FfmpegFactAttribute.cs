namespace EosMLNet.Tests.Videos;

/// <summary>A test with the real ffmpeg, where it is installed.</summary>
internal sealed class FfmpegFactAttribute : FactAttribute
{
    public FfmpegFactAttribute() => Skip = Ffmpeg.Find() is null ? "ffmpeg is in no folder of the PATH." : null;
}
