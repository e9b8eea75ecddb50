namespace EosMLNet.Checkpoints;

/// <summary>A video that lies somewhere: when its frames are shown, and the frames that are asked for.</summary>
internal abstract class FrameSource
{
    /// <summary>When each frame is shown, in seconds since the beginning.</summary>
    internal abstract IReadOnlyList<double> Seconds { get; }

    /// <summary>How long the video is, in seconds.</summary>
    internal abstract double Duration { get; }

    /// <summary>Decodes frames.</summary>
    /// <param name="indices">Which, counted from 0, in ascending order.</param>
    /// <param name="cancellation">Ends the decoding.</param>
    /// <exception cref="EosException">EOS1010: a frame cannot be decoded.</exception>
    internal abstract IEnumerable<RgbImage> Decode(IReadOnlyList<int> indices, CancellationToken cancellation);
}
