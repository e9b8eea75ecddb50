using System.Runtime.InteropServices;

namespace EosMLNet.LibTorch;

/// <summary>
/// Environment variables as native code sees them: .NET keeps a copy of its own, and its SetEnvironmentVariable changes that one only.
/// Linux alone; elsewhere nothing is set.
/// </summary>
internal static partial class NativeEnvironment
{
    /// <summary>Sets a variable unless it has a value.</summary>
    internal static void Set(string name, string value)
    {
        if (OperatingSystem.IsLinux())
            _ = SetNative(name, value, overwrite: 0);
    }

    /// <summary>The value that native code finds; <see langword="null"/> where it finds none.</summary>
    internal static string? Get(string name) => OperatingSystem.IsLinux() ? Marshal.PtrToStringUTF8(GetNative(name)) : null;

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetNative(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetNative(string name);
}
