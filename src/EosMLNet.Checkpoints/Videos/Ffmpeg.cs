namespace EosMLNet.Checkpoints;

/// <summary>The program <c>ffmpeg</c> of this machine, which decodes the videos that are neither GIF nor WebP.</summary>
public static class Ffmpeg
{
    /// <summary>The program's path; null where no folder of the PATH has it.</summary>
    public static string? Find() => Find(Environment.GetEnvironmentVariable("PATH"));

    /// <summary>The same for another PATH. Folders that are not named from the root on are left out: they depend on where one is.</summary>
    internal static string? Find(string? folders) => (folders ?? "").Split(Path.PathSeparator)
        .Where(Path.IsPathFullyQualified)
        .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? "ffmpeg.exe" : "ffmpeg"))
        .FirstOrDefault(File.Exists);

    /// <summary>The program's path.</summary>
    /// <param name="video">The file that needs it.</param>
    /// <exception cref="EosException">EOS2005: it is not installed.</exception>
    internal static string Require(string video) => Find() ?? throw new EosException(EosErrors.NativeLibrary,
        $"the video '{video}' is neither GIF nor WebP, and the program ffmpeg, which decodes other files, is in no folder of the PATH. " +
        "Install it, or give the video as a folder of pictures, or as a GIF or WebP file.");
}
