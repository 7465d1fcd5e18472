//! The library's file system, but for the answers that other file systems on top of it stumble over.

use std::ffi::OsStr;

use cvmfs::file_system::CernvmFileSystem;
use fuser::{
    AccessFlags, Errno, FileHandle, Filesystem, INodeNo, LockOwner, OpenFlags, ReplyAttr,
    ReplyData, ReplyDirectory, ReplyDirectoryPlus, ReplyEmpty, ReplyEntry, ReplyOpen, ReplyStatfs,
    ReplyXattr, Request,
};

/// Every call goes on to the library, except those for extended attributes that do not exist: the
/// library answers ENOENT, upon which `ls -l` and overlayfs take the file itself for missing.
pub struct Tolerant(pub CernvmFileSystem);

/// Names that the library answers.
const ATTRIBUTES: [&str; 6] =
    ["user.fqrn", "user.revision", "user.hash", "user.host", "user.expires", "user.nclg"];

impl Filesystem for Tolerant {
    fn getxattr(
        &self,
        request: &Request,
        ino: INodeNo,
        name: &OsStr,
        size: u32,
        reply: ReplyXattr,
    ) {
        if ATTRIBUTES.iter().any(|known| name == *known) {
            self.0.getxattr(request, ino, name, size, reply);
        } else {
            reply.error(Errno::ENODATA);
        }
    }

    fn listxattr(&self, _request: &Request, _ino: INodeNo, size: u32, reply: ReplyXattr) {
        if size == 0 {
            reply.size(0);
        } else {
            reply.data(&[]);
        }
    }

    fn lookup(&self, request: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEntry) {
        self.0.lookup(request, parent, name, reply);
    }

    fn getattr(&self, request: &Request, ino: INodeNo, fh: Option<FileHandle>, reply: ReplyAttr) {
        self.0.getattr(request, ino, fh, reply);
    }

    fn readlink(&self, request: &Request, ino: INodeNo, reply: ReplyData) {
        self.0.readlink(request, ino, reply);
    }

    fn open(&self, request: &Request, ino: INodeNo, flags: OpenFlags, reply: ReplyOpen) {
        self.0.open(request, ino, flags, reply);
    }

    fn read(
        &self,
        request: &Request,
        ino: INodeNo,
        fh: FileHandle,
        offset: u64,
        size: u32,
        flags: OpenFlags,
        lock_owner: Option<LockOwner>,
        reply: ReplyData,
    ) {
        self.0.read(request, ino, fh, offset, size, flags, lock_owner, reply);
    }

    fn release(
        &self,
        request: &Request,
        ino: INodeNo,
        fh: FileHandle,
        flags: OpenFlags,
        lock_owner: Option<LockOwner>,
        flush: bool,
        reply: ReplyEmpty,
    ) {
        self.0.release(request, ino, fh, flags, lock_owner, flush, reply);
    }

    fn opendir(&self, request: &Request, ino: INodeNo, flags: OpenFlags, reply: ReplyOpen) {
        self.0.opendir(request, ino, flags, reply);
    }

    fn readdir(
        &self,
        request: &Request,
        ino: INodeNo,
        fh: FileHandle,
        offset: u64,
        reply: ReplyDirectory,
    ) {
        self.0.readdir(request, ino, fh, offset, reply);
    }

    fn readdirplus(
        &self,
        request: &Request,
        ino: INodeNo,
        fh: FileHandle,
        offset: u64,
        reply: ReplyDirectoryPlus,
    ) {
        self.0.readdirplus(request, ino, fh, offset, reply);
    }

    fn releasedir(
        &self,
        request: &Request,
        ino: INodeNo,
        fh: FileHandle,
        flags: OpenFlags,
        reply: ReplyEmpty,
    ) {
        self.0.releasedir(request, ino, fh, flags, reply);
    }

    fn statfs(&self, request: &Request, ino: INodeNo, reply: ReplyStatfs) {
        self.0.statfs(request, ino, reply);
    }

    fn access(&self, request: &Request, ino: INodeNo, mask: AccessFlags, reply: ReplyEmpty) {
        self.0.access(request, ino, mask, reply);
    }
}
