# Nemesis's container, and the wait for its health, written by hand.
terraform {
  required_providers {
    docker = {
      source  = "kreuzwerker/docker"
      version = "~> 4.6"
    }
    null = {
      source  = "hashicorp/null"
      version = ">= 2.1.2, < 4.0.0"
    }
  }
}

variable "engine" {
  description = "Address of the engine."
  type        = string
}

variable "reference" {
  description = "Name and tag of the image that runs."
  type        = string
}

variable "resolvers" {
  description = "Resolvers in order, separated by blanks."
  type        = string
}

variable "replace_on" {
  description = "Hash of what the provider does not change in place."
  type        = string
}

variable "gate_script" {
  description = "Script that waits for the VO-Box's health."
  type        = string
}

provider "docker" {
  host    = var.engine
  context = ""
}

provider "null" {}

resource "docker_container" "vobox" {
  name                  = "nemesis"
  image                 = var.reference
  hostname              = "nemesis.cern.ch"
  network_mode          = "host"
  restart               = "always"
  must_run              = true
  init                  = true
  destroy_grace_seconds = 60
  stop_timeout          = 60
  stop_signal           = "SIGTERM"
  memory                = 2048
  memory_swap           = 2048
  log_driver            = "json-file"
  log_opts = {
    max-file = "5"
    max-size = "50m"
  }

  env = [
    "VOBOX_CVMFS_PROBE_FILES=alice.cern.ch=bin/alienv",
    "VOBOX_CVMFS_REPOSITORIES=alice.cern.ch alice-ocdb.cern.ch",
    "VOBOX_DNS_SERVERS=${var.resolvers}",
    "VOBOX_FQDN=nemesis.cern.ch",
    "VOBOX_HEALTH_SECONDS=45",
    "VOBOX_SIZING_REDUCED=stand-ins need little",
  ]

  mounts {
    type   = "volume"
    source = "nemesis-state"
    target = "/var/lib/vobox"
  }

  mounts {
    type   = "volume"
    source = "nemesis-logs"
    target = "/home/alicesgm/ALICE"
  }

  mounts {
    type      = "bind"
    source    = "/cvmfs"
    target    = "/cvmfs"
    read_only = true

    bind_options {
      propagation = "rslave"
    }
  }

  healthcheck {
    test         = ["CMD", "/usr/libexec/vobox/health"]
    interval     = "5s"
    timeout      = "45s"
    start_period = "2m0s"
    retries      = 3
  }

  labels {
    label = "ch.cern.alice.vobox.replace-on"
    value = var.replace_on
  }

  lifecycle {
    ignore_changes = [log_opts, ports]
  }
}

resource "null_resource" "health" {
  triggers = {
    container = docker_container.vobox.id
    image     = var.reference
  }

  provisioner "local-exec" {
    command = "sh ${var.gate_script}"
    environment = {
      DOCKER_HOST         = var.engine
      VOBOX_CONTAINER     = "nemesis"
      VOBOX_IMAGE         = var.reference
      VOBOX_LIMIT_SECONDS = "600"
    }
  }
}
