namespace EosMLNet.Tool.Build;

/// <summary>Lets one process at a time do something. The system releases it with the process, however that ends.</summary>
internal static class FileLock
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    // What the system says of a lock that somebody has: ERROR_SHARING_VIOLATION, and EWOULDBLOCK of BSD and of Linux.
    private static readonly int Held = OperatingSystem.IsWindows() ? unchecked((int)0x80070020) : OperatingSystem.IsMacOS() ? 35 : 11;

    /// <summary>Waits until nobody else has the lock.</summary>
    /// <param name="path">A file, which stays.</param>
    /// <param name="waiting">Called once where somebody has it.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    internal static IDisposable Wait(string path, Action waiting, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        for (var attempt = 0; ; attempt++)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (e.HResult == Held) // not a disk that is full or can only be read: for that nobody may wait
            {
                if (attempt == 0)
                    waiting();
                Thread.Sleep(Pause);
            }
        }
    }
}
